using System.Reflection;

namespace Drover.LocalRuntime;

/// <summary>Makes the binding of a function from its trigger's attribute, and reports what is wrong with the attribute.</summary>
internal sealed class TriggerBindings(AppSettings settings, HostSettings host, bool checkConnections)
{
    /// <param name="function">The function's name.</param>
    /// <param name="parameter">The parameter that has the trigger's attribute.</param>
    /// <param name="report">Takes what is wrong.</param>
    public TriggerBinding? Create(string function, ParameterInfo parameter, Action<string> report)
    {
        var attribute = parameter.GetCustomAttribute<TriggerBindingAttribute>();
        switch (attribute)
        {
            case HttpTriggerAttribute http:
                return new HttpBinding(function, http, HttpBinding.LevelOf(parameter), host.RoutePrefix, report);
            case QueueTriggerAttribute queue:
                CheckConnection(queue.Connection, report);
                return new QueueBinding(settings.Resolve(queue.QueueName, report), queue.Connection, report);
            case BlobTriggerAttribute blob:
                CheckConnection(blob.Connection, report);
                return new BlobBinding(settings.Resolve(blob.BlobPath, report), blob.Connection, report);
            case TimerTriggerAttribute timer:
                return new TimerBinding(timer, settings.Resolve(timer.Schedule, report), report);
            case OrchestrationTriggerAttribute orchestration:
                return new OrchestrationBinding(orchestration.Orchestration ?? function);
            case ActivityTriggerAttribute activity:
                return new ActivityBinding(activity.Activity ?? function);
            default:
                report($"there is no trigger {attribute?.GetType().Name} in this host");
                return null;
        }
    }

    private void CheckConnection(string? name, Action<string> report)
    {
        if (checkConnections)
        {
            settings.CheckConnection(name, report);
        }
    }
}
