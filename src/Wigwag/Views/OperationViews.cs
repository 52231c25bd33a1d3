using Wigwag.Program.Transport;

namespace Wigwag.Program.Views;

/// <summary>Prints the answer of an operation for people: by a view of its own where that reads better, else by its shape.</summary>
internal static class OperationViews
{
    public static void Write(Terminal terminal, string operation, Json answer)
    {
        switch (operation)
        {
            default:
                AnswerView.Write(terminal, answer);
                break;
        }
    }
}
