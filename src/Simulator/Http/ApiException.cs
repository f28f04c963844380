namespace Drover.Simulator.Http;

/// <summary>Ends the reading of a request that the API would refuse.</summary>
internal sealed class ApiException(ApiError error) : Exception(error.Message)
{
    public ApiError Error => error;
}
