using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drover.Images;

/// <summary>Registers what loads images, checks them and makes them small.</summary>
internal static class ImageServices
{
    public static IServiceCollection AddImages(this IServiceCollection services, VisionOptions options) =>
        services.AddSingleton(options)
            .AddSingleton<ImageBlobs>().AddSingleton<WebImages>().AddSingleton<ImageLoader>()
            .AddSingleton(
                provider => new ImageShrinker(options, () => VipsLibrary.IsThere, provider.GetRequiredService<ILogger<ImageShrinker>>()))
            .AddSingleton<ImagePreparation>();
}
