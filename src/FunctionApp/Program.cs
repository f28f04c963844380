using Drover;
using Drover.FunctionApp;
using Drover.Functions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
// The host in front has the limit of bodies (FUNCTIONS_REQUEST_BODY_SIZE_LIMIT); the server in here would have a lower one of its own.
builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);
// On Azure every request reaches this process from its own machine. Core Tools set this variable so; on Azure it says Production.
var isOnLaptop = builder.Configuration["AZURE_FUNCTIONS_ENVIRONMENT"] == "Development";
builder.Services.AddDroverFunctions(DroverSettings.Read(builder.Configuration), openOnLoopback: isOnLaptop);
if (isOnLaptop)
{
    builder.UseMiddleware<StrangerMiddleware>();
}

await builder.Build().RunAsync();
