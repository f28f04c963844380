using Microsoft.Extensions.DependencyInjection;

namespace Drover.Tickets;

/// <summary>Registers the retry queue and the tickets of what waits in it.</summary>
internal static class TicketServices
{
    public static IServiceCollection AddTickets(this IServiceCollection services) =>
        services.AddSingleton<RetryQueue>().AddSingleton<RetryTickets>();
}
