using System.Runtime.InteropServices;
using Divvy.Cli.Output;

namespace Divvy.Cli.Processes;

/// <summary>Ctrl-C and SIGTERM: the first asks to stop in good order, another Ctrl-C ends the process at once. A
/// supervised process leaves Ctrl-C to its supervisor, which the terminal tells as well.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource requested;
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly bool isSupervised;

    public StopSignal(bool isSupervised, CancellationToken cancellationToken)
    {
        this.isSupervised = isSupervised;
        requested = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        if (isSupervised)
            ParentWatch.OnGone(Console.OpenStandardInput(), Request);
    }

    public CancellationToken Token => requested.Token;

    /// <summary>Completes when it is time to stop.</summary>
    public Task WaitAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        requested.Token.Register(stopped.SetResult);
        return stopped.Task;
    }

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        requested.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGINT)
        {
            if (isSupervised)
                return;
            if (requested.IsCancellationRequested)
                Environment.Exit((int)ExitCode.Interrupted);
        }
        Request();
    }

    private void Request()
    {
        try
        {
            requested.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has stopped already.
        }
    }
}
