using System.Globalization;
using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.LocalHost.Hosting;

namespace Drover.LocalHost.Commands;

/// <summary>Tells of the other batches of the data folder that have not ended: <c>drover run</c> leaves them alone.</summary>
internal static class OtherBatches
{
    private const int MostNamed = 3;

    /// <summary>Says which there are, and how to run them; nothing when there are none.</summary>
    /// <param name="own">The batch that is run.</param>
    /// <param name="all">Whether the others go on, too.</param>
    public static async Task SayAsync(DroverHost host, string own, bool all, CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery(
            Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending], FetchInputsAndOutputs: false);
        var (count, named) = (0, new List<string>());
        await foreach (var instance in host.Client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            if (instance.Name != nameof(BatchOrchestrator) || instance.InstanceId == own || BatchSpec.IsStage(instance.InstanceId))
            {
                continue;
            }

            count++;
            if (named.Count < MostNamed)
            {
                named.Add(instance.InstanceId);
            }
        }

        if (count == 0)
        {
            return;
        }

        var which = $"{string.Join(", ", named)}{(count > named.Count ? ", …" : "")}";
        var others = $"{count.ToString("N0", CultureInfo.InvariantCulture)} other unfinished {(count == 1 ? "batch" : "batches")} of this data folder";
        Terminal.Say(
            all
                ? $"{others} may go on meanwhile: {which}."
                : $"{others} not run now: {which}. 'drover run' with --all, or 'drover serve', goes on with what belongs to its API.");
    }
}
