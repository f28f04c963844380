using System.Diagnostics;

namespace Drover.LocalRuntime;

/// <summary>One run of a function, with what its trigger handed over.</summary>
internal sealed class Invocation(
    Function function,
    object trigger,
    IReadOnlyDictionary<string, object?> bindingData,
    IServiceProvider services,
    CancellationToken cancellation) : FunctionContext
{
    /// <summary>The trigger's own value: the request, the message, the blob, the timer, the orchestration or the activity.</summary>
    public object Trigger => trigger;

    public IReadOnlyDictionary<string, object?> BindingData => bindingData;

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => function.Id;

    public override BindingContext BindingContext => new Bindings(bindingData);

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override CancellationToken CancellationToken { get; } = cancellation;

    /// <summary>Of the activity that is current when it is asked for, as W3C trace headers.</summary>
    public override TraceContext TraceContext => new CurrentTrace();

    /// <summary>Null: retry policies of functions are the real host's business, and no function here has one.</summary>
    public override Microsoft.Azure.Functions.Worker.RetryContext RetryContext => null!;

    public override IInvocationFeatures Features { get; } = new Features();

    private sealed class CurrentTrace : TraceContext
    {
        public override string TraceParent => Activity.Current?.Id ?? "";

        public override string TraceState => Activity.Current?.TraceStateString ?? "";
    }

    private sealed class Bindings(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }
}
