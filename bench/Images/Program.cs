using System.Diagnostics;
using System.Globalization;
using Drover.Images;
using Drover.Testing;
using Microsoft.Extensions.Logging.Abstractions;

// Shrinking large photographs, beside npm's 'sharp' on the same files; or, with --memory N, the memory of N at once.
const int Rounds = 3;
if (!VipsLibrary.IsThere)
{
    Console.Error.WriteLine("There is no libvips.");
    return;
}

if (args is ["--memory", var many])
{
    await MemoryAsync(int.Parse(many, CultureInfo.InvariantCulture));
    return;
}

var seconds = args is ["--seconds", var said] ? int.Parse(said, CultureInfo.InvariantCulture) : 20;
var folder = Directory.CreateTempSubdirectory("drover-images-").FullName;
try
{
    for (var i = 0; i < 24; i++)
    {
        File.WriteAllBytes(Path.Combine(folder, $"{i}.jpg"), Photograph(4000, 3000, i));
    }

    var files = Directory.GetFiles(folder);
    Console.WriteLine(
        $"{files.Length} JPEGs of 4000 × 3000, {files.Average(f => new FileInfo(f).Length) / 1e6:0.0} MB each, to 1440 × 1080, quality 85, {Environment.ProcessorCount} at once");
    await OursAsync(files, 5); // warm-up
    var ratios = new List<(double Speed, double Cpu)>();
    for (var round = 1; round <= Rounds; round++)
    {
        var ours = await OursAsync(files, seconds);
        var sharp = await SharpAsync(folder, seconds);
        ratios.Add((ours.PerSecond / sharp.PerSecond, sharp.CpuEach / ours.CpuEach));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"round {round}: drover {ours.PerSecond:0.0}/s, {ours.CpuEach * 1000:0} ms CPU each; sharp {sharp.PerSecond:0.0}/s, {sharp.CpuEach * 1000:0} ms CPU each; speed × {ratios[^1].Speed:0.00}, CPU × {ratios[^1].Cpu:0.00}"));
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"median: speed × {ratios.Select(r => r.Speed).Order().ElementAt(Rounds / 2):0.00}, CPU × {ratios.Select(r => r.Cpu).Order().ElementAt(Rounds / 2):0.00} of sharp"));
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static async Task<(double PerSecond, double CpuEach)> OursAsync(string[] files, int seconds)
{
    var shrinker = NewShrinker(0);
    var done = 0;
    var next = -1;
    var clock = Stopwatch.StartNew();
    var cpu = Environment.CpuUsage.TotalTime;
    await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(async () =>
    {
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var file = await File.ReadAllBytesAsync(files[(int)((uint)Interlocked.Increment(ref next) % files.Length)]);
            if ((await shrinker.ShrinkAsync(file, new ImageHeader(ImageKind.Jpeg, 0, 0, true), default)).Fault is { } fault)
            {
                throw new InvalidOperationException(fault.Message);
            }

            Interlocked.Increment(ref done);
        }
    })));
    return (done / clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / done);
}

static async Task<(double PerSecond, double CpuEach)> SharpAsync(string folder, int seconds)
{
    var scripts = Path.Combine(AppContext.BaseDirectory, "sharp");
    if (!Directory.Exists(Path.Combine(scripts, "node_modules")))
    {
        await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], scripts);
    }

    var figures = (await RunAsync("node", ["shrink.js", folder, $"{seconds}", $"{Environment.ProcessorCount}"], scripts))
        .Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
    return (figures[0], figures[1]);
}

static async Task<string> RunAsync(string program, string[] arguments, string folder)
{
    using var process = Process.Start(
        new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
    var output = await process.StandardOutput.ReadToEndAsync();
    await process.WaitForExitAsync();
    return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
}

static async Task MemoryAsync(int count)
{
    var file = Photograph(6000, 4000, 1);
    GC.Collect();
    Console.WriteLine($"{count} JPEGs of 24 megapixels ({file.Length / 1e6:0.0} MB) at once; resident before: {Resident("VmRSS")} MB");
    foreach (var decodes in new[] { 0, count })
    {
        var shrinker = NewShrinker(decodes);
        for (var again = 0; again < 3; again++)
        {
            await Task.WhenAll(
                Enumerable.Range(0, count).Select(_ => shrinker.ShrinkAsync(file, new ImageHeader(ImageKind.Jpeg, 0, 0, true), default)));
        }

        Console.WriteLine($"{(decodes == 0 ? Environment.ProcessorCount : decodes)} decoded at once: peak {Resident("VmHWM")} MB");
    }
}

static ImageShrinker NewShrinker(int decodes) =>
    new(new VisionOptions { Decodes = decodes }, () => VipsLibrary.IsThere, NullLogger<ImageShrinker>.Instance);

static string Resident(string name) =>
    File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] is var kilobytes
    ? (long.Parse(kilobytes, CultureInfo.InvariantCulture) >> 10).ToString(CultureInfo.InvariantCulture)
    : "";

// Smooth shades with a little grain, which is what a camera delivers.
static byte[] Photograph(int width, int height, int seed)
{
    var grain = new byte[1 << 16];
    new Random(seed).NextBytes(grain);
    var png = Pictures.Png(width, height, (x, y) =>
    {
        var shade = 128 + 60 * MathF.Sin((x + seed * 50) / 170f) * MathF.Cos(y / 130f) + 30 * MathF.Sin((x * y) / 90000f);
        var g = (grain[(x * 31 + y * 17) & 0xFFFF] & 15) - 8;
        return ((byte)(shade + g), (byte)(shade * 0.8f + g + 20), (byte)(255 - shade + g / 2));
    });
    return Thumbnail.Make(png, width, height, 90) ?? throw new InvalidOperationException("There is no libvips.");
}
