using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Storage;
using Drover.Upstreams;

namespace Drover.Calls;

/// <summary>
/// Answers by the content of their request: the same of one caller to the same upstream and model is called once, and costs once.
/// </summary>
/// <remarks>
/// An answer is a blob named by the hash of what was asked. Of the same requests in one process only one is under way at a time, and the
/// others wait for its answer; so within one process duplicates are called once. Two processes that ask the same at the same moment may
/// both call. Memory: the hashes of calls under way.
/// </remarks>
public sealed class AnswerCache(ContainerLayout blobs, CacheOptions options, TimeProvider time)
{
    private const string ModelKey = "model";
    private const string RequestKey = "request";

    private readonly ConcurrentDictionary<string, TaskCompletionSource<CallResult?>> _underWay = new(StringComparer.Ordinal);

    /// <summary>Answers a call from what is kept, from the same call under way, or by making it.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="make">Makes the call.</param>
    /// <param name="cancellationToken">Gives up waiting for another's answer.</param>
    internal async Task<Answer> AskAsync(ModelCall call, Func<Task<Answer>> make, CancellationToken cancellationToken)
    {
        var key = KeyOf(call);
        while (true)
        {
            var mine = new TaskCompletionSource<CallResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = _underWay.GetOrAdd(key, mine);
            if (first == mine)
            {
                return await LeadAsync(key, call, mine, make, cancellationToken);
            }

            // What failed may fail for reasons that are not the request's, such as a batch's budget: the next one tries.
            if (await first.Task.WaitAsync(cancellationToken) is { } result)
            {
                return new Answer(Again(result), 0, null);
            }
        }
    }

    /// <summary>Removes what has expired.</summary>
    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await foreach (
            var blob in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, ContainerLayout.CachePrefix, cancellationToken))
        {
            if (IsExpired(blob.Properties.LastModified))
            {
                await blobs.Container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
            }
        }
    }

    private async Task<Answer> LeadAsync(
        string key, ModelCall call, TaskCompletionSource<CallResult?> mine, Func<Task<Answer>> make, CancellationToken cancellationToken)
    {
        var result = default(CallResult);
        try
        {
            result = await FindAsync(key, call.Url, cancellationToken) is { } kept
                ? kept with { IsSimulated = call.Target.Upstream.IsSimulated }
                : null;
            if (result is not null)
            {
                return new Answer(Again(result), 0, null);
            }

            var answer = await make();
            if (answer.Result.Outcome == Outcome.Result)
            {
                result = answer.Result;
                await KeepAsync(key, result);
            }

            return answer;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
            mine.SetResult(result);
        }
    }

    private async Task<CallResult?> FindAsync(string key, string url, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult kept = await blobs.CachedAnswer(key).DownloadContentAsync(cancellationToken);
            return IsExpired(kept.Details.LastModified) || !AnswerReader.IsAnswer(kept.Content, url) ? null : new CallResult(Outcome.Result)
            {
                Status = 200,
                Body = kept.Content.ToMemory(),
                IsJson = true,
                Model = Read(kept.Details.Metadata, ModelKey),
                RequestId = Read(kept.Details.Metadata, RequestKey),
            };
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (Exception e) when (StorageFailures.IsPassing(e) && !cancellationToken.IsCancellationRequested)
        {
            return null; // Then it is called.
        }
    }

    private async Task KeepAsync(string key, CallResult result)
    {
        try
        {
            await blobs.CachedAnswer(key).UploadAsync(
                BinaryData.FromBytes(result.Body).ToStream(),
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
                    Metadata = new[] { (ModelKey, result.Model), (RequestKey, result.RequestId) }.Where(m => m.Item2 is not null)
                        .ToDictionary(m => m.Item1, m => Uri.EscapeDataString(m.Item2!)),
                });
        }
        catch (Exception e) when (StorageFailures.IsPassing(e))
        {
            // It is paid for and will have its outcome; only nobody after it will find it.
        }
    }

    private bool IsExpired(DateTimeOffset? written) => time.GetUtcNow() - written > options.Expiry;

    private static CallResult Again(CallResult result) => result with { IsCached = true, CostUsd = 0, Usage = default, Latency = default };

    private static string? Read(IDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var value) ? Uri.UnescapeDataString(value) : null;

    private static string KeyOf(ModelCall call)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (call.Terms.Payer.Key is { } caller)
        {
            // What a caller has asked is no other caller's to learn, not even by what it costs.
            hash.AppendData(Encoding.UTF8.GetBytes($"{caller.ToLowerInvariant()}\n"));
        }

        hash.AppendData(Encoding.UTF8.GetBytes($"{call.Target.Upstream.BaseUrl}\n{call.Url}\n{call.Target.Model}\n"));
        hash.AppendData(call.Body.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
