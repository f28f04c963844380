using Microsoft.Extensions.DependencyInjection;

namespace Drover.Uploads;

/// <summary>Registers what makes batches of images that are dropped into a container.</summary>
internal static class UploadServices
{
    public static IServiceCollection AddUploads(this IServiceCollection services) =>
        services.AddSingleton<UploadedImages>().AddSingleton<ImageResults>().AddHostedService<ImageContainerPreparation>();
}
