using Wigwag.Program.Transport;

namespace Wigwag.Program.Views;

/// <summary>Prints the answer of an operation for people: by a view of its own where that reads better, else by its shape.</summary>
internal static class OperationViews
{
    private static readonly string[] MessageColumns =
        ["message_id=message", "category", "urgency", "from.agent=from", "subject", "issue_id=issue", "state", "taken_by", "created_at=sent"];

    private static readonly string[] IssueColumns = ["issue_id=issue", "priority", "status", "title", "assignee", "labels", "blocked", "updated_at=changed"];

    private static readonly string[] AgentColumns = ["agent", "presence", "status", "role", "operator", "since"];

    private static readonly string[] LeaseColumns =
        ["lease_id=lease", "kind", "scope", "mode", "holder", "issue_id=issue", "reason", "expires_at=until", "token"];

    /// <summary>The columns that a list within an answer is shown with; none for every short property that one of its things has.</summary>
    public static string[] ColumnsOf(string list) => list switch
    {
        "comments" or "messages" => ["message_id=message", "category", "from.agent=from", "subject", "created_at=sent"],
        "granted" or "leases" => LeaseColumns,
        "claims" => ["issue_id=issue", "status", "title", "assignee"],
        _ => [],
    };

    public static void Write(Terminal terminal, string operation, Json answer)
    {
        switch (operation)
        {
            case "check_inbox" or "wait_for_messages":
                Inbox(terminal, answer);
                break;
            case "read_message" or "show_message" or "take_message" or "acknowledge_message" when answer["message_id"] is not null:
                MessageView.Write(terminal, answer);
                break;
            case "send_message" or "reply_to_message" when answer["message_id"] is not null:
                MessageView.Sent(terminal, answer);
                break;
            case "show_status" when answer["work"] is { } work:
                StatusView.Write(terminal, answer, work);
                break;
            case "get_thread":
                Thread(terminal, answer);
                break;
            case "list_sent":
                Sent(terminal, answer);
                break;
            case "search_messages":
                List(terminal, answer, "matches", ["message.message_id=message", "message.from.agent=from", "message.subject=subject", "message.issue_id=issue", "snippet", "message.created_at=sent"]);
                break;
            case "list_issues" or "list_ready_issues":
                List(terminal, answer, "issues", IssueColumns);
                break;
            case "show_presence" when terminal.IsInteractive && answer["online"] is { } online:
                terminal.Line($"{terminal.Styled(Style.Bold, Value.Show(terminal, answer["name"]))} is {(online.Kind == JsonKind.True ? "online" : "offline")}.").Line();
                AnswerView.Rows(terminal, answer["agents"]!, AgentColumns);
                break;
            case "list_agents" or "show_presence":
                List(terminal, answer, "agents", AgentColumns);
                break;
            case "list_leases":
                List(terminal, answer, "leases", LeaseColumns);
                break;
            case "check_paths":
                List(terminal, answer, "held", ["path", "scope", "mode", "holder", "issue_id=issue", "reason", "expires_at=until"]);
                break;
            case "check_locks":
                List(terminal, answer, "locks", ["locked_by=holder", "file_path=file", "mode", "issue_id=issue", "reason", "expires_at=until", "token"]);
                break;
            case "list_projects":
                List(terminal, answer, "projects", ["name", "project", "tracker"]);
                break;
            case var _ when terminal.IsInteractive && answer["title"] is { } title && answer["issue_id"] is not null:
                terminal.Line(terminal.Styled(Style.Bold, Value.Show(terminal, title)));
                AnswerView.Properties(terminal, answer, "title");
                break;
            default:
                AnswerView.Write(terminal, answer);
                break;
        }
    }

    private static void List(Terminal terminal, Json answer, string list, string[] columns)
    {
        if (answer[list] is not { } items)
        {
            AnswerView.Write(terminal, answer);
            return;
        }
        AnswerView.Rows(terminal, items, columns);
        AnswerView.More(terminal, answer);
    }

    // How far each message came, beside its recipients: dave/vc read, main/beads delivered.
    private static void Sent(Terminal terminal, Json answer)
    {
        if (answer["messages"] is not { } messages)
        {
            AnswerView.Write(terminal, answer);
            return;
        }
        if (messages.Items.Count == 0)
        {
            AnswerView.Rows(terminal, messages);
        }
        else
        {
            var table = new Table(["message", "category", "to", "subject", "issue", "sent"]);
            foreach (var message in messages.Items)
            {
                Cell Of(string name) => new(Value.Show(terminal, message[name]), Value.StyleOf(message[name]));
                table.Row(Of("message_id"), Of("category"), new(MessageView.Progress(message)), Of("subject"), Of("issue_id"), Of("created_at"));
            }
            table.Write(terminal);
        }
        AnswerView.More(terminal, answer);
    }

    private static void Inbox(Terminal terminal, Json answer)
    {
        // What a wait answers is no inbox: what arrived.
        if (terminal.IsInteractive && answer["owner"] is not null && answer["counts"] is { } counts)
        {
            terminal.Line(terminal.Styled(Style.Bold, $"{Value.Show(terminal, answer["owner"])}")
                + $": {counts["unread"]?.Text} unread, {counts["to_acknowledge"]?.Text} to acknowledge").Line();
        }
        if (answer["messages"] is not { } messages)
        {
            AnswerView.Write(terminal, answer);
            return;
        }
        AnswerView.Rows(terminal, messages, MessageColumns);
        if (terminal.IsInteractive && answer.TextOf("next_cursor") is { } cursor)
        {
            terminal.Line(terminal.Styled(Style.Dim, $"More: --cursor {Value.OneLine(cursor)}"));
        }
    }

    private static void Thread(Terminal terminal, Json answer)
    {
        terminal.Line(terminal.Styled(Style.Bold, Value.Show(terminal, answer["thread_id"])) + "  " + Value.Show(terminal, answer["participants"]));
        foreach (var message in answer["messages"]?.Items ?? [])
        {
            terminal.Line();
            MessageView.Write(terminal, message);
        }
    }
}
