namespace Drover.LocalRuntime;

/// <summary>One run of a function: who it is, its services, and when to stop.</summary>
public abstract class FunctionContext
{
    /// <summary>Identifies this run.</summary>
    public abstract string InvocationId { get; }

    /// <summary>Identifies the function, the same in every run.</summary>
    public abstract string FunctionId { get; }

    /// <summary>What the trigger knows besides its main value: route values, the parts of a blob's path, a message's dequeue count.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>The services of this run; disposed when it ends.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function that runs.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>A place for values that belong to this run.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Signalled when the client has gone, the time-out has passed, or the host is stopping.</summary>
    public virtual CancellationToken CancellationToken { get; } = CancellationToken.None;
}
