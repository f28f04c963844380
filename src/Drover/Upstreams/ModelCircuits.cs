using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;

namespace Drover.Upstreams;

/// <summary>The circuits of an upstream: one a model, for a model may be down while others of the same address answer.</summary>
internal sealed class ModelCircuits(UpstreamOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Callers may name any model; those beyond so many share a circuit.</summary>
    private const int Most = 200;

    private const string Rest = "";

    private readonly ConcurrentDictionary<string, Circuit> _circuits = new(StringComparer.Ordinal);

    /// <summary>
    /// <c>open</c> when those of all models are, <c>half_open</c> when one is neither open nor closed, otherwise <c>closed</c>.
    /// </summary>
    public string State => !_circuits.IsEmpty && _circuits.Values.All(c => c.IsOpen) ? "open"
        : _circuits.Values.Any(c => !c.IsClosed && !c.IsOpen) ? "half_open"
        : "closed";

    /// <summary>Whether no calls of a model go out now.</summary>
    public bool IsOpen(string? model) => _circuits.TryGetValue(model ?? Rest, out var circuit) && circuit.IsOpen;

    /// <summary>The circuit of a model.</summary>
    public Circuit Of(string? model)
    {
        model ??= Rest;
        return _circuits.TryGetValue(model, out var circuit) ? circuit
            : _circuits.GetOrAdd(_circuits.Count < Most ? model : Rest, _ => new Circuit(options, time, logger));
    }

    /// <summary>A circuit, and the time limit within it.</summary>
    internal sealed class Circuit
    {
        private readonly CircuitBreakerStateProvider _state = new();
        private readonly TimeProvider _time;
        private long _openUntil;

        public Circuit(UpstreamOptions options, TimeProvider time, ILogger logger)
        {
            _time = time;
            Pipeline = UpstreamPipelines.Attempt(
                options, _state, cooling => Volatile.Write(ref _openUntil, (time.GetUtcNow() + cooling).Ticks), time, logger);
        }

        /// <summary>What an attempt goes through.</summary>
        public ResiliencePipeline<CallResult> Pipeline { get; }

        public bool IsClosed => _state.CircuitState == CircuitState.Closed;

        // An open circuit stays so until somebody calls; from the end of its cool-down on somebody should.
        public bool IsOpen => _state.CircuitState == CircuitState.Open && _time.GetUtcNow().Ticks < Volatile.Read(ref _openUntil);
    }
}
