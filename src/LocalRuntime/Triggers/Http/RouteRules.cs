using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Drover.LocalRuntime;

/// <summary>Checks routes at start, where routing itself would fail at the first request.</summary>
internal static class RouteRules
{
    private static readonly IDictionary<string, Type> Constraints = new RouteOptions().ConstraintMap;

    public static RoutePattern Parse(string prefix, string route, Action<string> report)
    {
        try
        {
            var pattern = RoutePatternFactory.Parse($"{prefix}/{route}".Trim('/'));
            foreach (var (parameter, policy) in pattern.Parameters.SelectMany(p => p.ParameterPolicies.Select(policy => (p, policy))))
            {
                var name = (policy.Content ?? "").Split('(')[0];
                if (!Constraints.ContainsKey(name))
                {
                    report($"the route '{route}' asks '{parameter.Name}' for the constraint '{name}', which does not exist");
                }
            }

            return pattern;
        }
        catch (RoutePatternException e)
        {
            report($"the route '{route}' is not a route template: {e.Message.TrimEnd('.')}");
            return RoutePatternFactory.Parse("");
        }
    }

    /// <summary>Two functions with the same route and a method in common would answer with 500 for it.</summary>
    public static void ReportDuplicates(IEnumerable<Function> functions, List<string> errors)
    {
        var http = functions.Where(f => f.Trigger is HttpBinding).Select(f => (f.Name, Binding: (HttpBinding)f.Trigger)).ToList();
        for (var i = 0; i < http.Count; i++)
        {
            foreach (var other in http.Take(i).Where(other => Collide(other.Binding, http[i].Binding)))
            {
                errors.Add(
                    $"Function '{http[i].Name}': its route '{http[i].Binding.Pattern.RawText}' is also that of function '{other.Name}'.");
            }
        }
    }

    private static bool Collide(HttpBinding a, HttpBinding b) =>
        string.Equals(a.Pattern.RawText, b.Pattern.RawText, StringComparison.OrdinalIgnoreCase)
        && ((a.Methods.Count == 0 && b.Methods.Count == 0) || a.Methods.Intersect(b.Methods).Any());
}
