using System.Buffers.Binary;
using System.Text.Json;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>Real photographs and a scanned page through the recipe <c>vision</c>, to what the upstream sees of them.</summary>
public sealed class PhotographTests(AzuriteFixture azurite)
{
    private static readonly (string File, string Task)[] Images = [("boats.jpg", "describe"), ("cat.jpg", "detect"), ("tyger.jpg", "read")];

    [Fact]
    public async Task Run_PhotographsAndAScannedPage_AreSeenWholeAndHaveData()
    {
        using var folder = new TestFolder();
        folder.Write(
            "in.jsonl",
            string.Concat(
                Images.Select(i => JsonSerializer.Serialize(new { id = i.File, image = Original(i.File), task = i.Task }) + "\n")));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Record = folder.File("seen.jsonl") });

        await using var drover = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--recipe", "vision"]);

        Assert.Equal(0, await drover.EndAsync());
        var seen = File.ReadLines(folder.File("seen.jsonl")).Select(
            l => ImageIn(JsonDocument.Parse(l).RootElement.GetProperty("body"))).ToList();
        Assert.Equal(Images.Length, seen.Count);
        // Small: as they are.
        Assert.All(
            ["boats.jpg", "cat.jpg"], file => Assert.Contains(seen, image => image.SequenceEqual(File.ReadAllBytes(Original(file)))));
        Assert.Equal((922, 1764), SizeOf(File.ReadAllBytes(Original("tyger.jpg"))));
        Assert.Contains((564, 1080), seen.Select(SizeOf)); // Too high: shrunk, its ratio kept.
        var data = File.ReadLines(folder.File("in.results.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(l => l.GetProperty("custom_id").GetString()!, l => l.GetProperty("drover").GetProperty("data"));
        Assert.Equal(JsonValueKind.String, data["boats.jpg"].GetProperty("description").ValueKind);
        Assert.Equal(JsonValueKind.Array, data["cat.jpg"].GetProperty("objects").ValueKind);
        Assert.Equal(JsonValueKind.String, data["tyger.jpg"].GetProperty("text").ValueKind);
    }

    private static string Original(string file) => Path.Combine(AppContext.BaseDirectory, "photographs", file);

    private static byte[] ImageIn(JsonElement body)
    {
        var url = body.GetProperty("messages").EnumerateArray()
            .SelectMany(m => m.GetProperty("content") is { ValueKind: JsonValueKind.Array } parts ? parts.EnumerateArray() : default)
            .Single(p => p.GetProperty("type").GetString() == "image_url").GetProperty("image_url").GetProperty("url").GetString()!;
        return Convert.FromBase64String(url["data:image/jpeg;base64,".Length..]);
    }

    // The frame header of a JPEG (ITU T.81, B.2.2): FF C0 to FF C2, its length, the precision, height and width.
    private static (int Width, int Height) SizeOf(byte[] jpeg)
    {
        var at = 2;
        while (jpeg[at + 1] is not (>= 0xC0 and <= 0xC2))
        {
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
        }

        return (BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 7)), BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 5)));
    }
}
