using DurableTask.Core.History;
using DurableTask.Sqlite.Instances;

namespace DurableTask.Sqlite.Tests;

public sealed class DueMessagesTests
{
    [Fact]
    public void Add_ClockMovesWhileTheTimerIsSet_DeliversWithoutAnotherMove()
    {
        var time = new JumpingTime();
        var delivered = new List<long>();
        using var due = new DueMessages(time, m => delivered.Add(m.Id));
        time.Jump = TimeSpan.FromSeconds(10);

        due.Add(new InstanceMessage(1, "i", "e", new TimerFiredEvent(-1), time.GetUtcNow().AddSeconds(10).UtcTicks));

        Assert.Equal([1L], delivered);
    }

    /// <summary>A clock that moves once, just before a timer is set.</summary>
    private sealed class JumpingTime : FakeTimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(this, base.CreateTimer(callback, state, dueTime, period));

        private sealed class Timer(JumpingTime time, ITimer inner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var jump = time.Jump;
                time.Jump = TimeSpan.Zero;
                time.Advance(jump);
                return inner.Change(dueTime, period);
            }

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
