using System.Net;
using Drover.Images;

namespace Drover.Tests.Images;

public sealed class ImagePreparationTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task PrepareAsync_Url_GoesByTheBytesAndNotByWhatIsSaidOfThem()
    {
        await using var server = await ImageServer.StartAsync(TestImages.Small);
        using var vision = new TestVision();

        var image = await vision.PrepareAsync(server.Url("cat.jpg"));

        Assert.Equal("image/png", image.MediaType);
        Assert.Equal(TestImages.Small, image.Bytes.ToArray());
    }

    [Theory]
    [InlineData(404, "image_not_found")]
    [InlineData(410, "image_not_found")]
    [InlineData(401, "image_forbidden")]
    [InlineData(403, "image_forbidden")]
    [InlineData(418, "image_not_found")]
    public async Task PrepareAsync_FinalStatus_IsAskedForOnce(int status, string code)
    {
        await using var server = await ImageServer.StartAsync(status);
        using var vision = new TestVision(configure: o => o.LoadRetries = 3);

        var fault = await vision.FailAsync(server.Url("a.jpg?sig=secret"));

        Assert.Equal((code, false), (fault.Code, fault.Passes));
        Assert.Contains($"/a.jpg answers {status}", fault.Message);
        Assert.DoesNotContain("secret", fault.Message);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task PrepareAsync_StatusThatPasses_IsTriedAgain()
    {
        await using var server = await ImageServer.StartAsync(503, 429, 200);
        using var vision = new TestVision(configure: o => o.LoadRetries = 2);

        Assert.Null((await vision.PrepareAsync(server.Url("a"))).Fault);
        Assert.Equal(3, server.Requests);
    }

    [Fact]
    public async Task PrepareAsync_StatusThatDoesNotPass_IsLeftForLater()
    {
        await using var server = await ImageServer.StartAsync(500);
        using var vision = new TestVision(configure: o => o.LoadRetries = 1);

        var fault = await vision.FailAsync(server.Url("a"));

        Assert.Equal(("image_unreachable", true), (fault.Code, fault.Passes));
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task PrepareAsync_ServerThatFallsSilent_IsLeftForLater()
    {
        await using var server = await ImageServer.StartAsync(async (context, _) =>
        {
            await context.Response.Body.WriteAsync(TestImages.Small.AsMemory(0, 10));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
        });
        using var vision = new TestVision(configure: o => o.LoadTimeout = TimeSpan.FromMilliseconds(200));

        var fault = await vision.FailAsync(server.Url("a"));

        Assert.Equal(("image_unreachable", true), (fault.Code, fault.Passes));
        Assert.EndsWith("no complete answer within 0.2 s.", fault.Message);
    }

    [Fact]
    public async Task PrepareAsync_NobodyThere_IsLeftForLater()
    {
        string url;
        await using (var server = await ImageServer.StartAsync(200))
        {
            url = server.Url("a");
        }

        using var vision = new TestVision();

        Assert.True((await vision.FailAsync(url)).Passes);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("0.0.0.0")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    public async Task PrepareAsync_PrivateAddress_IsRefusedAndNotEvenConnectedTo(string host)
    {
        await using var server = await ImageServer.StartAsync(200);
        using var vision = new TestVision(configure: o => (o.AllowPrivateAddresses, o.LoadRetries) = (false, 3));

        var fault = await vision.FailAsync($"http://{host}:{server.Port}/a.png");

        Assert.Equal(("image_address_refused", false), (fault.Code, fault.Passes));
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task PrepareAsync_RedirectToAnAddressThatIsNotAllowed_IsRefused()
    {
        await using var inner = await ImageServer.StartAsync(200);
        await using var outer = await ImageServer.StartAsync((context, _) =>
        {
            context.Response.Redirect($"http://127.0.0.2:{inner.Port}/secret");
            return Task.CompletedTask;
        });
        using var vision = new TestVision(mayConnect: IPAddress.Parse("127.0.0.1").Equals);

        Assert.Equal("image_address_refused", (await vision.FailAsync(outer.Url("a"))).Code);
        Assert.Equal((1, 0), (outer.Requests, inner.Requests));
    }

    [Fact]
    public async Task PrepareAsync_RedirectToAnAddressThatIsAllowed_IsFollowed()
    {
        await using var inner = await ImageServer.StartAsync(TestImages.Small);
        await using var outer = await ImageServer.StartAsync((context, _) =>
        {
            context.Response.Redirect(inner.Url("b"));
            return Task.CompletedTask;
        });
        using var vision = new TestVision();

        Assert.Null((await vision.PrepareAsync(outer.Url("a"))).Fault);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PrepareAsync_TooManyBytes_IsRefusedWhetherItSaysSoOrNot(bool saysSo)
    {
        await using var server = await ImageServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentLength = saysSo ? 5000 : null;
            await context.Response.Body.WriteAsync(new byte[5000]);
        });
        using var vision = new TestVision(configure: o => o.MaxBytes = 4096);

        var fault = await vision.FailAsync(server.Url("a"));

        Assert.Equal("image_too_large", fault.Code);
        Assert.EndsWith("the limit is 4,096 bytes (Drover:Vision:MaxBytes).", fault.Message);
    }

    [Fact]
    public async Task PrepareAsync_DataUrl_IsTheImage()
    {
        using var vision = new TestVision();

        var image = await vision.PrepareAsync($"data:image/jpeg;base64,{Convert.ToBase64String(TestImages.Small)}");

        Assert.Equal(("image/png", TestImages.Small.Length), (image.MediaType, image.Bytes.Length));
    }

    [Theory]
    [InlineData("data:image/png,abc", "image_reference")]
    [InlineData("data:", "image_reference")]
    [InlineData("data:image/png;base64,*", "image_reference")]
    [InlineData("data:image/png;base64,", "image_empty")]
    [InlineData("data:image/png;base64,aGVsbG8=", "image_kind")]
    [InlineData("ftp://example.org/a.png", "image_reference")]
    [InlineData("file:///etc/passwd", "image_reference")]
    [InlineData("https://", "image_reference")]
    public async Task PrepareAsync_NoImageByItsReference_SaysWhy(string reference, string code)
    {
        using var vision = new TestVision();

        Assert.Equal(code, (await vision.FailAsync(reference)).Code);
    }

    [Fact]
    public async Task PrepareAsync_Blob_IsThatVersionOrNone()
    {
        using var vision = new TestVision(await azurite.CreateContainerAsync());
        await vision.Blobs.Container.CreateIfNotExistsAsync();
        var name = $"folder/{Guid.NewGuid():N} ä.png";
        var etag = (await vision.Blobs.Image(name).UploadAsync(BinaryData.FromBytes(TestImages.Small), overwrite: true))
            .Value.ETag.ToString();

        Assert.Null((await vision.PrepareAsync(name)).Fault);
        Assert.Null((await vision.PrepareAsync(name, etag)).Fault);
        await vision.Blobs.Image(name).UploadAsync(BinaryData.FromBytes(Pictures.Bomb(2, 2)), overwrite: true);
        Assert.Equal("image_changed", (await vision.FailAsync(name, etag)).Code);
        Assert.Equal("image_not_found", (await vision.FailAsync(name + "x")).Code);
    }

    [Fact]
    public async Task PrepareAsync_File_IsReadWhereThatIsAllowedAndOtherwiseTakenForABlob()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("drover-tests-").FullName, "a.png");
        await File.WriteAllBytesAsync(path, TestImages.Small);
        var blobs = await azurite.CreateContainerAsync();
        using var local = new TestVision(blobs, o => o.AllowFiles = true);
        using var served = new TestVision(blobs);

        var folder = Path.GetDirectoryName(path);
        Assert.Null((await local.PrepareAsync(path, folder: folder)).Fault);
        Assert.Equal("image_not_found", (await local.FailAsync(path + "x", folder: folder)).Code);

        // What did not come from the command line has no folder, and learns nothing.
        Assert.Equal(
            (await local.FailAsync(path + "x")).Message.Replace(path + "x", path, StringComparison.Ordinal),
            (await local.FailAsync(path)).Message);
        Assert.Contains((await served.FailAsync(path)).Code, new[] { "image_not_found", "image_forbidden" });
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public async Task PrepareAsync_ANameThatLeadsToAnotherContainer_IsNoBlobWhetherThereIsOneOrNot()
    {
        var blobs = await azurite.CreateContainerAsync();
        await blobs.ByName("files/a.png").UploadAsync(new MemoryStream(TestImages.Small));
        using var vision = new TestVision(blobs);

        foreach (var way in (string[])["..", "x/../..", "./.."])
        {
            var name = $"{way}/{blobs.Container.Name}/files/a.png";
            var (there, missing) = (await vision.FailAsync(name), await vision.FailAsync(name + "x"));
            Assert.Equal(("image_not_found", "image_not_found"), (there.Code, missing.Code));
            Assert.Equal(there.Message, missing.Message.Replace(name + "x", name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task PrepareAsync_APipeThatNobodyWritesTo_EndsAtTheTimeLimit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such pipes.");
        var folder = Directory.CreateTempSubdirectory("drover-tests-").FullName;
        var pipe = Path.Combine(folder, "pipe.png");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync();
        }

        using var vision = new TestVision(
            await azurite.CreateContainerAsync(), o => (o.AllowFiles, o.LoadTimeout) = (true, TimeSpan.FromMilliseconds(200)));

        var fault = await vision.FailAsync(pipe, folder: folder).WithinPatience();

        Assert.Equal("image_timeout", fault.Code);
        Assert.Contains("Drover:Vision:LoadTimeout", fault.Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(pipe, [1]); // Lets the thread go that waits for it.
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task PrepareAsync_RelativePath_IsLookedForBesideTheInputAndThenWhereItRuns()
    {
        var folder = Directory.CreateTempSubdirectory("drover-tests-").FullName;
        var (beside, here) = ($"{Guid.NewGuid():N}.png", $"{Guid.NewGuid():N}.png");
        await File.WriteAllBytesAsync(Path.Combine(folder, beside), TestImages.Small);
        await File.WriteAllBytesAsync(here, TestImages.Small);
        using var vision = new TestVision(await azurite.CreateContainerAsync(), o => o.AllowFiles = true);

        Assert.Null((await vision.PrepareAsync(beside, folder: folder)).Fault);
        Assert.Null((await vision.PrepareAsync(here, folder: folder)).Fault);
        var fault = await vision.FailAsync("none.png", folder: folder);
        Assert.Equal(
            ("image_not_found",
                $"There is no blob images/none.png, nor a file {folder}/none.png, nor a file {Directory.GetCurrentDirectory()}/none.png."),
            (fault.Code, fault.Message));
        File.Delete(here);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task PrepareAsync_Large_IsShrunk()
    {
        using var vision = new TestVision();

        var image = await vision.PrepareAsync(Data(TestImages.Make(2400, 1000, "webpsave_buffer")));

        Assert.Equal(new ImageHeader(ImageKind.Jpeg, 1920, 800, true), ImageHeader.Read(image.Bytes.Span));
        Assert.Equal("image/jpeg", image.MediaType);
    }

    [Fact]
    public async Task PrepareAsync_AsLargeAsMayBe_GoesUntouched()
    {
        using var vision = new TestVision();
        var file = TestImages.Make(1920, 1080);

        Assert.Equal(file, (await vision.PrepareAsync(Data(file))).Bytes.ToArray());
    }

    [Fact]
    public async Task PrepareAsync_LargeWithoutLibrary_GoesAsItIsWithOneWarning()
    {
        using var vision = new TestVision(hasLibrary: false);
        var file = TestImages.Make(2000, 1100);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(file, (await vision.PrepareAsync(Data(file))).Bytes.ToArray());
        }

        Assert.Equal(1, vision.Log.Lines);
    }

    [Fact]
    public async Task PrepareAsync_Broken_SaysHow()
    {
        using var vision = new TestVision();
        var file = TestImages.Make(2000, 1000);

        Assert.Equal("image_truncated", (await vision.FailAsync(Data(file[..(file.Length / 2)]))).Code);
        Assert.Equal("image_too_large", (await vision.FailAsync(Data(Pictures.Bomb(60_000, 60_000)))).Code);
        Assert.Equal("image_unreadable", (await vision.FailAsync(Data(Pictures.Bomb(3000, 3000)))).Code);
        Assert.Equal("image_kind", (await vision.FailAsync(Data([.. "GIF90a"u8, 1, 2, 3]))).Code);
    }

    private static string Data(byte[] file) => $"data:;base64,{Convert.ToBase64String(file)}";
}
