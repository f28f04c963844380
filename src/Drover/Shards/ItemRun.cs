using System.Buffers;
using Drover.Calls;
using Drover.Planning;
using Drover.Recipes;
using Drover.Upstreams;

namespace Drover.Shards;

/// <summary>One item of a pass, from source to outcome: request, call, verdict, outcome.</summary>
internal sealed class ItemRun(PassWork work, Item item, ItemTurn turn)
{
    private readonly ItemServices _services = work.Services;
    private Conversation? _conversation;
    private ModelCall? _call;

    /// <summary>Starts the item. Returns when its call may go, or when its request is being written ahead.</summary>
    /// <returns>
    /// Ends with the item. Null: its outcome is with the writer; otherwise what it is left with. From here on the turn is the run's.
    /// </returns>
    /// <exception cref="OperationCanceledException">Launching stopped while it waited; the turn is still the caller's.</exception>
    public async ValueTask<Task<CallResult?>> LaunchAsync(CancellationToken launching)
    {
        var writing = WriteRequestAsync(launching);
        if (!writing.IsCompleted || work.Spec.Cache)
        {
            var written = writing.AsTask();
            await turn.TakePlaceAsync(_services.Ahead, launching);
            return RunAsync(written, launching);
        }

        if (await writing is not { } unsent)
        {
            turn.Keep(await _services.Caller.AcquireAsync(_call!, launching));
            return RunAsync(Task.FromResult<CallResult?>(null), launching);
        }

        return RunAsync(Task.FromResult<CallResult?>(unsent), launching);
    }

    private async Task<CallResult?> RunAsync(Task<CallResult?> writing, CancellationToken launching)
    {
        using var held = turn;
        var attempts = 0;
        try
        {
            if (await writing is { } unsent)
            {
                return Conclude(unsent, attempts);
            }

            while (true)
            {
                var answer = await CallAsync(launching);
                turn.Keep(answer.Permit);
                attempts += answer.Attempts;
                if (_conversation?.Take(answer.Result) is not true)
                {
                    return Conclude(answer.Result, attempts);
                }

                turn.GivePermitBack();
                _call = Prepare(_conversation);
            }
        }
        catch (OperationCanceledException) when (launching.IsCancellationRequested)
        {
            return Conclude(UpstreamPipelines.Stopped, attempts);
        }
    }

    /// <returns>Null when there is a request; otherwise what the item is left with without one.</returns>
    private async ValueTask<CallResult?> WriteRequestAsync(CancellationToken launching)
    {
        if (!item.IsSource)
        {
            _call = _services.Caller.Prepare(work.Terms, item.Id, item.Url!, item.Body);
            return null;
        }

        _conversation = work.ConversationOf(item);
        if (_conversation is null)
        {
            var source = Source.Read(item.Body) with { Folder = work.Spec.InputFolder };
            if (_services.Selector.ModelOf(work.Spec.Wish, item, out var fault) is not { } model)
            {
                return new CallResult(Outcome.Rejected) { ErrorCode = fault!.Code, ErrorMessage = fault.Message };
            }

            var request = new ArrayBufferWriter<byte>(item.Body.Length + 2048);
            if (await work.Recipe.WriteRequestAsync(source, model, request, launching) is { } unsent)
            {
                return unsent with { Model = model };
            }

            Func<Source, string, string>? repair = work.Spec.Repair ? _services.Recipes.RepairOf : null;
            _conversation = new Conversation(source, request.WrittenMemory, work.Recipe, repair);
        }

        _call = Prepare(_conversation);
        return null;
    }

    // Each request of a conversation is one of its own for the ledger: they differ in what they cost.
    private ModelCall Prepare(Conversation conversation) => _services.Caller.Prepare(
        work.Terms, conversation.Replies == 0 ? item.Id : $"{item.Id}\n{conversation.Replies}", work.Recipe.Url, conversation.Body) with
    {
        IsOurs = true,
    };

    private Task<Answer> CallAsync(CancellationToken launching)
    {
        return work.Spec.Cache ? _services.Cache.AskAsync(_call!, AskAsync, launching) : AskAsync();

        async Task<Answer> AskAsync()
        {
            var permit = turn.HandOverPermit() ?? await _services.Caller.AcquireAsync(_call!, launching);
            turn.GivePlaceBack();
            return await _services.Caller.CallAsync(_call!, permit, launching);
        }
    }

    private CallResult? Conclude(CallResult result, int attempts)
    {
        if (work.Verdict.IsOutcome(item, result, work.TimesBefore(item, result.ErrorCode)))
        {
            turn.Conclude(work.OutcomeOf(item, _conversation, result, work.Pass - 1 + attempts));
            return null;
        }

        if (_conversation is { Replies: > 0 })
        {
            _services.Conversations.Keep(work.Spec.Id, item.Id, _conversation);
        }

        return result;
    }
}
