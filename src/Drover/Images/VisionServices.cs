using Drover.Recipes;
using Drover.Uploads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drover.Images;

/// <summary>Registers what looks after images, and the recipe that sends them.</summary>
internal static class VisionServices
{
    public static IServiceCollection AddVision(this IServiceCollection services, VisionOptions options) =>
        services.AddSingleton(options)
            .AddSingleton<ImageBlobs>().AddSingleton<WebImages>().AddSingleton<ImageLoader>()
            .AddSingleton(provider => new ImageShrinker(options, () => VipsLibrary.IsThere, provider.GetRequiredService<ILogger<ImageShrinker>>()))
            .AddSingleton<ImagePreparation>()
            .AddSingleton<IRecipe, VisionRecipe>()
            .AddSingleton<UploadedImages>().AddSingleton<ImageResults>()
            .AddHostedService<ImageContainerPreparation>();
}
