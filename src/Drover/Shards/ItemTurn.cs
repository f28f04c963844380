using Drover.Outcomes;
using Drover.Throttling;

namespace Drover.Shards;

/// <summary>
/// What an item holds while it is under way: room with the writer, a place ahead of the throttle, a permit to call. Disposed, it gives back
/// what it holds.
/// </summary>
internal sealed class ItemTurn : IDisposable
{
    private readonly OutcomeWriter _writer;
    private SemaphoreSlim? _place;
    private Permit? _permit;
    private bool _hasRoom = true;

    private ItemTurn(OutcomeWriter writer) => _writer = writer;

    /// <summary>Waits for room: the calls without a written outcome are bounded.</summary>
    public static async Task<ItemTurn> TakeAsync(OutcomeWriter writer, CancellationToken cancellationToken)
    {
        await writer.WaitForRoomAsync(cancellationToken);
        return new ItemTurn(writer);
    }

    /// <summary>Waits for a place among the requests that are written ahead of their permit.</summary>
    public async Task TakePlaceAsync(SemaphoreSlim ahead, CancellationToken cancellationToken)
    {
        await ahead.WaitAsync(cancellationToken);
        _place = ahead;
    }

    /// <summary>Keeps a permit until the item's outcome is safe: a crash repeats no more calls than may be under way at once.</summary>
    public void Keep(Permit? permit) => _permit = permit;

    /// <summary>Hands the permit to the call that it is for; null: there is none.</summary>
    public Permit? HandOverPermit() => Interlocked.Exchange(ref _permit, null);

    public void GivePlaceBack() => Interlocked.Exchange(ref _place, null)?.Release();

    public void GivePermitBack() => HandOverPermit()?.Dispose();

    /// <summary>Hands the outcome to the writer, and with it the room.</summary>
    public void Conclude(PendingOutcome outcome)
    {
        _hasRoom = false;
        _writer.Add(outcome, tookRoom: true);
    }

    public void Dispose()
    {
        GivePlaceBack();
        GivePermitBack();
        if (_hasRoom)
        {
            _hasRoom = false;
            _writer.GiveRoomBack();
        }
    }
}
