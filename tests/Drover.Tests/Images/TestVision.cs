using System.Net;
using Drover.Images;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Tests.Images;

/// <summary>What prepares images, with its parts put together by hand.</summary>
internal sealed class TestVision : IDisposable
{
    private readonly WebImages _web;

    public TestVision(
        ContainerLayout? blobs = null, Action<VisionOptions>? configure = null, Func<IPAddress, bool>? mayConnect = null,
        bool hasLibrary = true)
    {
        Options = new VisionOptions { AllowPrivateAddresses = true, LoadRetries = 0 };
        configure?.Invoke(Options);
        _web = mayConnect is null ? new WebImages(Options, TimeProvider.System) : new WebImages(Options, mayConnect, TimeProvider.System);
        Blobs = new ImageBlobs(
            blobs ?? new ContainerLayout(new Azure.Storage.Blobs.BlobContainerClient("UseDevelopmentStorage=true", "unused")));
        var logger = LoggerFactory.Create(builder => builder.AddProvider(Log)).CreateLogger<ImageShrinker>();
        Images = new ImagePreparation(
            new ImageLoader(_web, Blobs, Options), new ImageShrinker(Options, () => hasLibrary && VipsLibrary.IsThere, logger), Options);
    }

    public VisionOptions Options { get; }

    public ImageBlobs Blobs { get; }

    public ImagePreparation Images { get; }

    public LogCounter Log { get; } = new();

    public Task<PreparedImage> PrepareAsync(string reference, string? etag = null, string? folder = null) =>
        Images.PrepareAsync(reference, etag, folder, default).WithinPatience();

    public async Task<ImageFault> FailAsync(string reference, string? etag = null, string? folder = null) =>
        (await PrepareAsync(reference, etag, folder)).Fault ?? throw new Xunit.Sdk.XunitException("There is no fault.");

    public void Dispose() => _web.Dispose();

    /// <summary>Counts what is logged.</summary>
    public sealed class LogCounter : ILoggerProvider, ILogger
    {
        private int _lines;

        public int Lines => Volatile.Read(ref _lines);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _lines);

        public void Dispose()
        {
        }
    }
}
