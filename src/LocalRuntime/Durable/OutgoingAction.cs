namespace Drover.LocalRuntime;

/// <summary>Something that an episode sends out when it commits.</summary>
internal abstract record OutgoingAction;

internal sealed record RunActivity(int Task, string Name, string? Input) : OutgoingAction;

internal sealed record SetTimer(int Task, DateTime Due) : OutgoingAction;

internal sealed record CancelTimer(int Task) : OutgoingAction;

internal sealed record StartChild(int Task, string InstanceId, StartData Start) : OutgoingAction;

internal sealed record RaiseEvent(string InstanceId, string Name, string? Data) : OutgoingAction;
