using System.Globalization;
using System.Threading.Channels;

namespace Drover.LocalHost.Hosting;

/// <summary>Logs to a file, so that the console belongs to the progress bar.</summary>
internal sealed class FileLoggerProvider : ILoggerProvider
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;

    public FileLoggerProvider(string path)
    {
        var file = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        _writing = Task.Run(async () =>
        {
            await using (file)
            {
                while (await _lines.Reader.WaitToReadAsync())
                {
                    while (_lines.Reader.TryRead(out var line))
                    {
                        await file.WriteLineAsync(line);
                    }

                    await file.FlushAsync();
                }
            }
        });
    }

    public ILogger CreateLogger(string categoryName) => new FileLogger(categoryName, _lines.Writer);

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait();
    }

    private sealed class FileLogger(string category, ChannelWriter<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.TryWrite(string.Create(
                CultureInfo.InvariantCulture,
                $"{DateTimeOffset.Now:O} {logLevel} {category}[{eventId.Id}] {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}"));
    }
}
