using Drover.Batches;
using Drover.Files;

namespace Drover.Tests.Files;

public sealed class FileIdTests
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void New_OfALaterMoment_HasABlobThatSortsFirst()
    {
        var (older, newer) = (FileId.New(Moment), FileId.New(Moment.AddTicks(1)));

        Assert.True(string.CompareOrdinal(FileId.UploadedBlob(newer), FileId.UploadedBlob(older)) < 0);
        Assert.Equal(older, FileId.OfBlob(FileId.UploadedBlob(older)!));
        Assert.Equal(older, FileId.OfUploadedBlob(FileId.UploadedBlob(older)!));
    }

    [Theory]
    [InlineData(BatchFile.Results, "file-out-b_1")]
    [InlineData(BatchFile.Errors, "file-err-b_1")]
    [InlineData(BatchFile.Input, "file-in-b_1")]
    public void Of_ABatch_NamesTheBatchAndTheKind(BatchFile kind, string id)
    {
        var batch = new BatchSpec { Id = "b_1", Input = "i", Recipe = "r", Model = "m", CreatedAt = Moment, ExpiresAt = Moment };

        Assert.Equal(id, FileId.Of(kind, batch.Id));
        Assert.Equal((kind, "b_1"), FileId.BatchFileOf(id));
        Assert.Equal(id, FileId.OfBlob(FileId.EntryBlob(kind, batch)));
        Assert.Null(FileId.UploadedBlob(id));
        Assert.Null(FileId.OfUploadedBlob(FileId.EntryBlob(kind, batch)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("file-")]
    [InlineData("file-out-")]
    [InlineData("file-out-../b")]
    [InlineData("file-0123456789abcdef0123456789abcdeg")]
    [InlineData("file-0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("../0123456789abcdef0123456789abcdef0")]
    public void UploadedBlob_NoIdOfOurs_IsNull(string id)
    {
        Assert.Null(FileId.UploadedBlob(id));
        Assert.Null(FileId.BatchFileOf(id));
    }
}
