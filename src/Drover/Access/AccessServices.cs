using Microsoft.Extensions.DependencyInjection;

namespace Drover.Access;

/// <summary>Registers the keys of callers.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(
        this IServiceCollection services, IReadOnlyDictionary<string, string> hashes, IEnumerable<string> admins) =>
        services.AddSingleton(new CallerKeys(hashes, admins));
}
