using System.Runtime.InteropServices;

namespace Drover.Vision;

/// <summary>Finds libvips and makes it ready: the one that its package lays beside the program, else the system's.</summary>
internal static class VipsLibrary
{
    private const int Warnings = 1 << 4 | 1 << 3; // GLib's levels WARNING and CRITICAL.

    private static readonly Lazy<bool> Ready = new(Start);

    /// <summary>Whether there is a libvips that can be used. The first call loads it.</summary>
    public static bool IsThere => Ready.Value;

    private static unsafe bool Start()
    {
        if (Find() is not { } library)
        {
            return false;
        }

        NativeLibrary.SetDllImportResolver(typeof(VipsLibrary).Assembly, (name, _, _) => name == VipsNative.Library ? library : 0);
        try
        {
            if (VipsNative.Init("drover") != 0)
            {
                return false;
            }

            // Images run beside each other, so one of them needs no threads of its own. The cache knows an operation by the
            // address of its input, which the next image may have.
            VipsNative.SetConcurrency(1);
            VipsNative.SetCacheMax(0);
            VipsNative.SetBlocked("VipsForeignLoad", true);
            foreach (var loader in new[] { "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif" })
            {
                VipsNative.SetBlocked(loader, false);
            }

            VipsNative.SetLogHandler("VIPS", Warnings, &Ignore, 0);
            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // Older than 8.13.
        }
    }

    private static nint? Find()
    {
        foreach (var name in new[] { "libvips.so.42", "libvips.42.dylib", "libvips-42.dll" })
        {
            if (NativeLibrary.TryLoad(name, typeof(VipsLibrary).Assembly, null, out var library))
            {
                return library;
            }
        }

        return null;
    }

    // What libvips warns of goes to standard error otherwise, which belongs to the progress bar.
    [UnmanagedCallersOnly]
    private static void Ignore(nint domain, int level, nint message, nint state)
    {
    }
}
