using Azure.Storage.Blobs.Models;
using Drover.Files;

namespace Drover.Tests.Files;

public sealed class CreateClaimsTests(AzuriteFixture azurite)
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task Claim_ARepetition_IsTheSameIdAndAnythingElseANewOne()
    {
        var claims = new CreateClaims(await azurite.CreateContainerAsync(), _time);
        var first = await claims.ClaimAsync("a", isRepetition: false, default);

        Assert.Equal(first, await claims.ClaimAsync("a", isRepetition: true, default));
        Assert.Equal(first, await claims.ClaimAsync("a", isRepetition: true, default));
        Assert.NotEqual(first, await claims.ClaimAsync("b", isRepetition: true, default));
        Assert.NotEqual(first, await claims.ClaimAsync("a", isRepetition: false, default));
    }

    [Fact]
    public async Task Claim_ARepetitionTooLate_IsANewId()
    {
        var claims = new CreateClaims(await azurite.CreateContainerAsync(), _time);
        var first = await claims.ClaimAsync("a", isRepetition: false, default);
        _time.Advance(TimeSpan.FromMinutes(11));

        Assert.NotEqual(first, await claims.ClaimAsync("a", isRepetition: true, default));
    }

    [Fact]
    public async Task Purge_OldClaims_AreRemoved()
    {
        var blobs = await azurite.CreateContainerAsync();
        var claims = new CreateClaims(blobs, _time);
        await claims.ClaimAsync("a", isRepetition: false, default);
        await claims.PurgeAsync(default);
        Assert.NotEmpty(blobs.Container.GetBlobs(BlobTraits.None, BlobStates.None, "creates/", default));

        _time.Advance(TimeSpan.FromMinutes(21));
        await claims.PurgeAsync(default);

        Assert.Empty(blobs.Container.GetBlobs(BlobTraits.None, BlobStates.None, "creates/", default));
    }
}
