using System.Globalization;
using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Inference;
using Drover.LocalHost.Hosting;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary>The live progress bar: done, failed, items per second against the limit, cost so far, time left.</summary>
internal sealed class ProgressDisplay(DroverHost host)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RateOver = TimeSpan.FromSeconds(5);

    private readonly Queue<(DateTimeOffset At, long Settled)> _history = new();
    private readonly UpstreamOptions _upstream = host.Services.GetRequiredService<UpstreamOptions>();
    private readonly BatchViews _views = host.Services.GetRequiredService<BatchViews>();

    /// <summary>Shows the batch until it has ended or is interrupted; answers its last view.</summary>
    public async Task<BatchView> ShowAsync(BatchSpec spec, CancellationToken interrupted)
    {
        var view = await _views.OfAsync(host.Client, spec, CancellationToken.None);
        await DroverCommand.Stderr.Progress()
            .AutoClear(false)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var bar = context.AddTask("starting", maxValue: 1);
                while (true)
                {
                    Update(bar, view);
                    if (view.HasEnded || interrupted.IsCancellationRequested)
                    {
                        break;
                    }

                    await Task.Delay(Refresh, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    view = await _views.OfAsync(host.Client, spec, CancellationToken.None);
                }
            });
        return view;
    }

    private void Update(ProgressTask bar, BatchView view)
    {
        var counts = view.Counts;
        var settled = counts.Total - counts.Remaining;
        bar.MaxValue = Math.Max(1, counts.Total);
        bar.Value = settled;
        var rate = Rate(settled);
        bar.Description = string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Completed:N0} done  {(counts.Failed > 0 ? $"[yellow]{counts.Failed:N0} failed[/]" : "0 failed")}  {rate:N0}/s{Limit()}  ${view.CostUsd:0.0000}  {Left(view, rate)}");
    }

    private double Rate(long settled)
    {
        var now = DateTimeOffset.UtcNow;
        _history.Enqueue((now, settled));
        while (now - _history.Peek().At > RateOver)
        {
            _history.Dequeue();
        }

        var (at, before) = _history.Peek();
        return now > at ? Math.Max(0, (settled - before) / (now - at).TotalSeconds) : 0;
    }

    private string Limit() => _upstream.RequestsPerMinute > 0
        ? string.Create(CultureInfo.InvariantCulture, $" of {_upstream.RequestsPerMinute / 60.0:N0}/s")
        : string.Create(CultureInfo.InvariantCulture, $" ({_upstream.Concurrency} at once)");

    private static string Left(BatchView view, double rate) => view switch
    {
        { HasEnded: true } => view.Status,
        { Status: not BatchStatus.InProgress } => view.Status,
        _ when rate <= 0 => "waiting",
        _ => Duration(TimeSpan.FromSeconds(view.Counts.Remaining / rate)),
    };

    private static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}h {time.Minutes}m left"
        : time.TotalMinutes >= 1 ? $"{time.Minutes}m {time.Seconds}s left" : $"{time.Seconds}s left";
}
