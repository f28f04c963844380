using System.Globalization;
using Drover.Batches;
using Drover.Functions.Batches;
using Drover.LocalHost.Hosting;
using Drover.Outcomes;
using Drover.Storage;
using Drover.Upstreams;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary>
/// How far a batch is, live: done, failed, items per second against the limit, cost so far, time left, and what it waits for.
/// A bar on a terminal, a line now and then where the output is redirected.
/// </summary>
internal sealed class ProgressDisplay(DroverHost host)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RateOver = TimeSpan.FromSeconds(5);

    private readonly Queue<(DateTimeOffset At, long Settled)> _history = new();
    private readonly UpstreamOptions _options = host.Services.GetRequiredService<UpstreamOptions>();
    private readonly BatchViews _views = host.Services.GetRequiredService<BatchViews>();

    /// <summary>Shows the batch until it has ended or is interrupted; answers its last view.</summary>
    public Task<BatchView> ShowAsync(BatchSpec spec, CancellationToken interrupted) =>
        Console.IsErrorRedirected ? ShowLinesAsync(spec, interrupted) : ShowBarAsync(spec, interrupted);

    private async Task<BatchView> ShowBarAsync(BatchSpec spec, CancellationToken interrupted)
    {
        var view = default(BatchView);
        await Terminal.Stderr.Progress()
            .AutoClear(false)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var bar = context.AddTask("starting", maxValue: 1);
                view = await FollowAsync(spec, interrupted, (now, text) =>
                {
                    bar.MaxValue = Math.Max(1, now.Counts.Total);
                    bar.Value = now.Counts.Total - now.Counts.Remaining;
                    bar.Description = Markup.Escape(text);
                });
            });
        return view!;
    }

    private Task<BatchView> ShowLinesAsync(BatchSpec spec, CancellationToken interrupted)
    {
        var next = DateTimeOffset.UtcNow + LineEvery;
        return FollowAsync(spec, interrupted, (view, text) =>
        {
            if (DateTimeOffset.UtcNow >= next)
            {
                next += LineEvery;
                var share = view.Counts.Total == 0 ? 0 : 1 - (double)view.Counts.Remaining / view.Counts.Total;
                Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{share,4:0%}  {text}"));
            }
        });
    }

    private async Task<BatchView> FollowAsync(BatchSpec spec, CancellationToken interrupted, Action<BatchView, string> show)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        Task end = host.Client.WaitForInstanceCompletionAsync(spec.Id, following.Token); // So that the end is not seen a refresh too late.
        var errors = new ErrorWatch(host.Services.GetRequiredService<OutcomeFiles>(), spec.Id, LineEvery);
        var view = default(BatchView);
        while (true)
        {
            var hasEnded = end.IsCompleted;
            try
            {
                view = await _views.OfAsync(host.Client, spec, CancellationToken.None);
            }
            catch (Exception e) when (view is not null && StorageFailures.IsPassing(e))
            {
                view = view with { Trouble = "storage does not answer" };
            }

            show(view, Describe(view));
            if (!view.HasEnded && await errors.LookAsync(view.Counts.Failed, DateTimeOffset.UtcNow, CancellationToken.None) is { } why)
            {
                SayAbove(why);
            }

            if (view.HasEnded || interrupted.IsCancellationRequested)
            {
                await following.CancelAsync();
                await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return view;
            }

            var next = Task.Delay(Refresh, interrupted);
            await (hasEnded ? next : Task.WhenAny(next, end)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A bar is drawn anew below it.
    private static void SayAbove(string text)
    {
        if (Console.IsErrorRedirected)
        {
            Terminal.Say(text);
        }
        else
        {
            Terminal.Stderr.WriteLine(text);
        }
    }

    private string Describe(BatchView view)
    {
        var counts = view.Counts;
        var rate = Rate(view.Stage?.Done ?? counts.Completed + counts.Failed - counts.Invalid);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Completed:N0} of {counts.Total:N0} done, {counts.Failed:N0} failed{Stage(view)}  {Number(rate)}/s{Limit()}  {Tables.Cost(view)}  {Left(view, rate)}");
    }

    private static string Stage(BatchView view) => view.Stage is { } stage
        ? string.Create(CultureInfo.InvariantCulture, $"  stage {stage.Number}: {stage.Done:N0} of {stage.Requests:N0} requests")
        : "";

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

    private string Limit() => host.Services.GetRequiredService<Upstream>().Throttle.State.RequestsPerMinute is { } rate
        ? $" of {Number(rate / 60)}/s"
        : string.Create(CultureInfo.InvariantCulture, $" ({_options.Concurrency} at once)");

    private string Left(BatchView view, double rate) => view switch
    {
        { Status: not BatchStatus.InProgress } => view.Status,
        { Counts: { InRetry: > 0 } counts } when rate <= 0 && counts.InRetry == counts.Remaining =>
            $"waiting in the retry queue: {counts.InRetry:N0}",
        _ when rate <= 0 => $"waiting{(view.Trouble is { } trouble ? $": {trouble}" : "")}",
        _ => Duration(TimeSpan.FromSeconds(Math.Ceiling(view.Counts.Remaining / rate))),
    };

    private static string Number(double number) => number.ToString(number < 100 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}h {time.Minutes}m left"
        : time.TotalMinutes >= 1 ? $"{time.Minutes}m {time.Seconds}s left" : $"{time.Seconds}s left";
}
