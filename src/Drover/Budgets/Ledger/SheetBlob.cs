using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Drover.Budgets.Ledger;

/// <summary>The blob of one sheet. Its owner writes it, each time conditional on its own last write, until somebody closes it.</summary>
internal sealed class SheetBlob(BlockBlobClient blob)
{
    private ETag _tag;

    /// <summary>Makes the blob. Before this there is no lease, so there is none that nobody could recover.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken) =>
        _tag = await PutAsync(SpendSheet.Empty, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken)
            ?? (await GetAsync(cancellationToken))?.Tag // Made by a try whose answer was lost.
            ?? throw new InvalidOperationException($"'{blob.Name}' can be neither made nor read.");

    /// <summary>Writes the sheet; false when it was closed, and nothing may be reserved under it any more.</summary>
    public async Task<bool> WriteAsync(SpendSheet sheet, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await PutAsync(sheet, new BlobRequestConditions { IfMatch = _tag }, cancellationToken) is { } tag)
            {
                _tag = tag;
                return true;
            }

            if (await GetAsync(cancellationToken) is not { Sheet.Closed: false } there)
            {
                return false;
            }

            _tag = there.Tag; // Only the owner writes an open sheet: this is a write whose answer was lost.
        }
    }

    /// <summary>Closes the sheet, so that its owner can write no more, and answers what is in it; null when there is none.</summary>
    public async Task<SpendSheet?> CloseAsync(CancellationToken cancellationToken)
    {
        while (await GetAsync(cancellationToken) is { } there)
        {
            if (there.Sheet.Closed || await PutAsync(
                there.Sheet with { Closed = true }, new BlobRequestConditions { IfMatch = there.Tag }, cancellationToken) is not null)
            {
                return there.Sheet;
            }
        }

        return null;
    }

    public async Task DeleteAsync(CancellationToken cancellationToken) =>
        await blob.DeleteIfExistsAsync(cancellationToken: cancellationToken);

    private async Task<ETag?> PutAsync(SpendSheet sheet, BlobRequestConditions conditions, CancellationToken cancellationToken)
    {
        var content = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(sheet, SpendJson.Default.SpendSheet));
        try
        {
            BlobContentInfo written = await blob.UploadAsync(
                content.ToStream(), new BlobUploadOptions { Conditions = conditions }, cancellationToken);
            return written.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 || e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private async Task<(SpendSheet Sheet, ETag Tag)?> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult there = await blob.DownloadContentAsync(cancellationToken);
            return (JsonSerializer.Deserialize(there.Content, SpendJson.Default.SpendSheet)!, there.Details.ETag);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }
}
