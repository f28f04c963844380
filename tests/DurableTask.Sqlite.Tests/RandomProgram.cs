using System.Text.Json.Nodes;

namespace DurableTask.Sqlite.Tests;

/// <summary>
/// What a random orchestration does, step by step; the same program always comes to the same result, whatever interrupts it.
/// </summary>
public sealed record RandomProgram(IReadOnlyList<RandomProgram.Step> Steps, int Position, IReadOnlyList<string> Results)
{
    public const string Name = "Program", Echo = "Echo", Fail = "Fail";

    /// <summary>The unit of timers.</summary>
    public static TimeSpan Nap { get; set; } = TimeSpan.FromMinutes(1);

    public enum Kind
    {
        /// <summary>An activity.</summary>
        Activity,

        /// <summary>Some activities side by side.</summary>
        FanOut,

        /// <summary>A timer.</summary>
        Timer,

        /// <summary>A program as a sub-orchestration.</summary>
        Child,

        /// <summary>Two programs as sub-orchestrations, side by side.</summary>
        Children,

        /// <summary>An event from itself.</summary>
        Event,

        /// <summary>An activity that always fails, tried twice.</summary>
        Failure,

        /// <summary>A custom status.</summary>
        Status,

        /// <summary>Continues as new.</summary>
        Again,
    }

    public static RandomProgram Make(int seed) => Make(new Random(seed), depth: 0);

    /// <summary>Makes the program and its activities known to an engine.</summary>
    public static void AddTo(DurableTaskEngine engine)
    {
        engine.AddOrchestrator(Name, typeof(RandomProgram), (context, input) => ((RandomProgram)input!).RunAsync(context));
        engine.AddActivity(Echo, typeof(int), (_, input, _) => Task.FromResult<object?>($"<{input}>"));
        engine.AddActivity(Fail, typeof(int), (_, input, _) => throw new IOException($"{input} cannot be done"));
    }

    /// <summary>Starts programs <c>p0</c> and on, but for those that are there already, and returns their ids.</summary>
    public static async Task<IReadOnlyList<string>> ScheduleAsync(
        DurableTaskClient client, int seed, int count, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(0, count).Select(i => $"p{i}").ToList();
        for (var i = 0; i < count; i++)
        {
            if (await client.GetInstanceAsync(ids[i], cancellationToken) is null)
            {
                await client.ScheduleNewOrchestrationInstanceAsync(
                    Name, Make((seed * 1000) + i), new StartOrchestrationOptions(ids[i]), cancellationToken);
            }
        }

        return ids;
    }

    /// <summary>
    /// A history without what an interruption may change: times, the bounds of turns, and the order in which answers came.
    /// </summary>
    public static IReadOnlyList<string> Normalize(string history, string instanceId)
    {
        var events = JsonNode.Parse(history)!.AsArray().Select(e => e!.AsObject()).Where(e => (int)e["EventType"]! is not (12 or 13));
        return [.. events.Select(Line).Order(StringComparer.Ordinal)];

        string Line(JsonObject e)
        {
            var (type, id) = ((int)e["EventType"]!, (int)e["EventId"]!);
            var answered = e["TaskScheduledId"] ?? e["TimerId"];
            var what = e["Result"] ?? e["Reason"] ?? e["Input"] ?? e["Name"];
            return $"{instanceId} {type} {id} {answered} {what}";
        }
    }

    /// <summary>The results and the normalized histories of all instances, in the order of their ids.</summary>
    /// <exception cref="InvalidOperationException">An instance did not complete.</exception>
    public static async Task<IReadOnlyList<string>> OutcomeAsync(DurableTaskEngine engine)
    {
        var lines = new List<string>();
        await foreach (var instance in engine.Client.GetAllInstancesAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)))
        {
            if (instance.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            {
                throw new InvalidOperationException($"{instance} {instance.FailureDetails}");
            }

            lines.Add($"{instance.InstanceId} = {instance.SerializedOutput}");
            lines.AddRange(Normalize(await engine.Service.GetOrchestrationHistoryAsync(instance.InstanceId, null), instance.InstanceId));
        }

        return lines;
    }

    private static RandomProgram Make(Random random, int depth)
    {
        var kinds = Enum.GetValues<Kind>().Where(k => depth < 2 || k is not (Kind.Child or Kind.Children)).ToList();
        var steps = Enumerable.Range(0, random.Next(1, depth == 0 ? 9 : 5)).Select(_ =>
        {
            var kind = kinds[random.Next(kinds.Count)];
            var programs = kind switch { Kind.Child => 1, Kind.Children => 2, _ => 0 };
            return new Step(kind, random.Next(1000), [.. Enumerable.Range(0, programs).Select(_ => Make(random, depth + 1))]);
        });
        return new([.. steps], 0, []);
    }

    private async Task<object?> RunAsync(TaskOrchestrationContext context)
    {
        var results = new List<string>(Results);
        for (var i = Position; i < Steps.Count; i++)
        {
            var step = Steps[i];
            switch (step.Kind)
            {
                case Kind.Activity:
                    results.Add(await context.CallActivityAsync<string>(Echo, step.Number));
                    break;
                case Kind.FanOut:
                    var calls = Enumerable.Range(0, 2 + (step.Number % 9)).Select(n => context.CallActivityAsync<string>(Echo, n)).ToList();
                    results.AddRange(await Task.WhenAll(calls));
                    break;
                case Kind.Timer:
                    await context.CreateTimer(Nap * (1 + (step.Number % 5)), CancellationToken.None);
                    break;
                case Kind.Child or Kind.Children:
                    var children = step.Programs.Select((p, n) => context.CallSubOrchestratorAsync<string>(
                        Name, p, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}.{i}.{n}"))).ToList();
                    results.AddRange(await Task.WhenAll(children));
                    break;
                case Kind.Event:
                    context.SendEvent(context.InstanceId, $"event-{step.Number}", $"payload {step.Number}");
                    results.Add(await context.WaitForExternalEvent<string>($"event-{step.Number}"));
                    break;
                case Kind.Failure:
                    results.Add(await FailureAsync(context, step.Number));
                    break;
                case Kind.Status:
                    context.SetCustomStatus(step.Number);
                    break;
                case Kind.Again:
                    context.ContinueAsNew(this with { Position = i + 1, Results = results });
                    return null;
            }
        }

        return string.Join(',', results);
    }

    private static async Task<string> FailureAsync(TaskOrchestrationContext context, int number)
    {
        try
        {
            return await context.CallActivityAsync<string>(Fail, number, TaskOptions.FromRetryPolicy(new(2, Nap)));
        }
        catch (TaskFailedException e)
        {
            return e.FailureDetails.ErrorMessage;
        }
    }

    public sealed record Step(Kind Kind, int Number, IReadOnlyList<RandomProgram> Programs);
}
