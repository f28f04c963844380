namespace Drover.LocalRuntime;

/// <summary>Starts the function when a request with this route and one of these methods arrives.</summary>
/// <remarks>No methods means all methods.</remarks>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Any method, with the key.</summary>
    public HttpTriggerAttribute()
    {
    }

    /// <summary>These methods, with the key.</summary>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    /// <summary>Any method, at this level.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>These methods, at this level.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route template after the prefix, such as <c>batches/{id}</c>, <c>{id:int?}</c> or <c>{*rest}</c>. None means the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>The methods answered; null or empty means all.</summary>
    public string[]? Methods { get; }

    /// <summary>What a caller must show.</summary>
    public AuthorizationLevel AuthLevel { get; } = AuthorizationLevel.Function;
}
