using Microsoft.Extensions.DependencyInjection;

namespace Drover.Access;

/// <summary>Registers the keys of callers, and the rule for who has none.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(
        this IServiceCollection services, IReadOnlyDictionary<string, string> hashes, IEnumerable<string> admins, WebAccess web) =>
        services.AddSingleton(new CallerKeys(hashes, admins)).AddSingleton(new StrangerRule(web));
}
