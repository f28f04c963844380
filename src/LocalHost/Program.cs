using Drover.LocalHost.Commands;

return await DroverCommand.RunAsync(args);
