using Drover.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
// On Azure every request reaches this process from its own machine. Core Tools set this variable so; on Azure it says Production.
builder.Services.AddDroverFunctions(builder.Configuration, openOnLoopback: builder.Configuration["AZURE_FUNCTIONS_ENVIRONMENT"] == "Development");
await builder.Build().RunAsync();
