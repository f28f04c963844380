using Drover.LocalHost.Commands;
using Drover.LocalHost.Hosting;

OwnAddresses.KeepFromProxies();
return await DroverCommand.RunAsync(args);
