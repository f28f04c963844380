using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Drover.LocalRuntime;

/// <summary>An HTTP function: its request; by name, its route values and the values of its query string.</summary>
internal sealed class HttpBinding : TriggerBinding
{
    public HttpBinding(string function, HttpTriggerAttribute attribute, AuthorizationLevel level, string prefix, Action<string> report)
    {
        Methods = [.. (attribute.Methods ?? []).Select(m => m.ToUpperInvariant())];
        NeedsKey = level != AuthorizationLevel.Anonymous;
        Pattern = RouteRules.Parse(prefix, attribute.Route ?? function, report);
    }

    /// <summary>The methods, in capitals; none means all.</summary>
    public IReadOnlyList<string> Methods { get; }

    public bool NeedsKey { get; }

    /// <summary>The route with its prefix.</summary>
    public RoutePattern Pattern { get; }

    public override string Accepts => nameof(HttpRequest);

    public override string Returns => "IResult, IActionResult, void, or a task of them";

    /// <summary>
    /// The level that the attribute names. One that names none is <c>Function</c> in the real host, whatever the attribute's own default
    /// is.
    /// </summary>
    public static AuthorizationLevel LevelOf(ParameterInfo parameter)
    {
        var data = parameter.GetCustomAttributesData().Single(a => a.AttributeType == typeof(HttpTriggerAttribute));
        var said = data.ConstructorArguments.Concat(data.NamedArguments.Select(a => a.TypedValue))
            .Where(a => a.ArgumentType == typeof(AuthorizationLevel)).ToList();
        return said is [.., { Value: int level }] ? (AuthorizationLevel)level : AuthorizationLevel.Function;
    }

    public override ParameterBinder? BindTrigger(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(HttpRequest) ? invocation => new(((HttpContext)invocation.Trigger).Request) : null;

    public override ParameterBinder? BindOther(ParameterInfo parameter) =>
        BindingData.IsSimple(parameter.ParameterType) ? BindingData.ByName(parameter) : null;

    public override bool MayReturn(Type result) =>
        base.MayReturn(result) || typeof(IResult).IsAssignableFrom(result) || typeof(IActionResult).IsAssignableFrom(result);

    /// <summary>The query string's values and, before them, the route's. The key in <c>code</c> is not a value.</summary>
    public static IReadOnlyDictionary<string, object?> Data(HttpContext context)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in context.Request.Query)
        {
            if (!name.Equals(HostKey.QueryName, StringComparison.OrdinalIgnoreCase))
            {
                data[name] = value.ToString();
            }
        }

        foreach (var (name, value) in context.Request.RouteValues)
        {
            data[name] = value;
        }

        return data;
    }
}
