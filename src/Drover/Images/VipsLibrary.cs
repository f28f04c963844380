using NetVips;

namespace Drover.Images;

/// <summary>Finds libvips and makes it ready: the one that its package lays beside the program, else the system's.</summary>
internal static class VipsLibrary
{
    private static readonly Lazy<bool> Ready = new(Start);

    /// <summary>Whether there is a libvips that can be used. The first call loads it.</summary>
    public static bool IsThere => Ready.Value;

    private static bool Start()
    {
        // Only from 8.13 on can loaders be blocked.
        if (!ModuleInitializer.VipsInitialized || !NetVips.NetVips.AtLeastLibvips(8, 13))
        {
            return false;
        }

        // Images run beside each other, so one of them needs no threads of its own. The cache knows an operation by the
        // address of its input, which the next image may have.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in new[] { "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif" })
        {
            Operation.Block(loader, false);
        }

        // What libvips warns of goes to standard error otherwise, which belongs to the progress bar.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Critical, (_, _, _) => { });
        return true;
    }
}
