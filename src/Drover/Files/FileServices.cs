using Microsoft.Extensions.DependencyInjection;

namespace Drover.Files;

/// <summary>Registers the files of the OpenAI surface.</summary>
internal static class FileServices
{
    public static IServiceCollection AddFiles(this IServiceCollection services, UploadOptions options) =>
        services.AddSingleton(options).AddSingleton<FileStore>().AddSingleton<CreateClaims>();
}
