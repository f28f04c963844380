using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Drover.Throttling;

/// <summary>The blob through which processes share an upstream's limits, changed by compare-and-swap on its ETag.</summary>
/// <remarks>For one <see cref="Throttle"/>; every process has its own ledger on the same blob.</remarks>
public sealed class LimitsLedger
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly BlockBlobClient _blob;
    private readonly TimeProvider _time;
    private LimitsDocument _document = new();
    private ETag? _version;

    /// <param name="baseUrl">The upstream's address: who uses the same one shares its limits.</param>
    public LimitsLedger(BlobContainerClient container, string baseUrl, TimeProvider time)
    {
        (_blob, _time) = (container.GetBlockBlobClient(NameOf(baseUrl)), time);
        Clock = new SharedClock(time);
    }

    internal SharedClock Clock { get; }

    /// <summary>The name of the blob.</summary>
    internal string Name => _blob.Name;

    /// <summary>The blob's name: a readable part of the address and a hash of the whole.</summary>
    internal static string NameOf(string baseUrl)
    {
        var url = new Uri(baseUrl);
        var slug = new string([.. url.Authority.Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? char.ToLowerInvariant(c) : '-')]);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(url.GetLeftPart(UriPartial.Path).TrimEnd('/').ToLowerInvariant()));
        return $"ledgers/limits/{slug}-{Convert.ToHexStringLower(hash)[..8]}.json";
    }

    /// <summary>Tells and takes, once; whatever others do at the same time is seen first.</summary>
    /// <exception cref="RequestFailedException">Storage refuses.</exception>
    /// <exception cref="OperationCanceledException">Storage does not answer within five seconds.</exception>
    /// <exception cref="JsonException">The blob is not what it should be.</exception>
    internal async Task<Lease> ExchangeAsync(LeaseRequest request, ThrottleLimits limits)
    {
        using var patience = new CancellationTokenSource(Longest, _time);
        if (!Clock.IsSet)
        {
            await ReadAsync(patience.Token); // A clock that is wrong by much would block the others.
        }

        while (true)
        {
            var (document, lease) = LimitsExchange.Apply(_document, request, limits, new DateTimeOffset(Clock.Now, TimeSpan.Zero));
            if (await TryWriteAsync(document, patience.Token))
            {
                return lease;
            }

            await ReadAsync(patience.Token);
        }
    }

    private async Task<bool> TryWriteAsync(LimitsDocument document, CancellationToken cancellationToken)
    {
        var sent = Clock.Local;
        try
        {
            var answer = await _blob.UploadAsync(
                new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document, LimitsJson.Default.LimitsDocument)),
                new BlobUploadOptions
                {
                    Conditions = _version is { } version
                        ? new BlobRequestConditions { IfMatch = version }
                        : new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellationToken);
            (_document, _version) = (document, answer.Value.ETag);
            Observe(answer.GetRawResponse(), sent);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412 && e.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return false;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var sent = Clock.Local;
        try
        {
            var answer = await _blob.DownloadContentAsync(cancellationToken);
            _version = answer.Value.Details.ETag;
            _document = JsonSerializer.Deserialize(answer.Value.Content.ToMemory().Span, LimitsJson.Default.LimitsDocument)!;
            Observe(answer.GetRawResponse(), sent);
        }
        catch (RequestFailedException e) when (e.Status == 404 && e.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            (_document, _version) = (new LimitsDocument(), null);
            Observe(e.GetRawResponse()!, sent);
        }
    }

    private void Observe(Response response, long sent)
    {
        if (response.Headers.Date is { } date)
        {
            Clock.Observe(date, sent, Clock.Local);
        }
    }
}
