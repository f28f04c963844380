namespace Drover.Simulator;

/// <summary>The calls of one second (Unix time): those the limits let through and those they turned away.</summary>
public readonly record struct SecondCount(long Second, int Accepted, int Rejected);
