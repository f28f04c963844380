using Drover.Simulator;

return await SimulatorCommand.Create().Parse(args).InvokeAsync();
