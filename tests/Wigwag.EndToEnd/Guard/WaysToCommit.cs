namespace Wigwag.EndToEnd.Guard;

/// <summary>A way in which git makes a commit, takes one over or sends it, played by a shell in a clone whose <c>src</c> another agent holds.</summary>
/// <param name="Name">As docs/stop-conflicting-edits.md has it.</param>
/// <param name="StoppedBy">The hook in which the guard refuses it; null where it passes.</param>
/// <param name="Script">
/// What is typed. The branch is <c>main</c>, all of it on the remote <c>backup</c>; <c>topic</c> changes <c>src/a</c> and is on no remote;
/// <c>theirs</c> does so on the remote; <c>readme</c> changes README and is on no remote.
/// </param>
internal sealed record Way(string Name, string? StoppedBy, string Script)
{
    /// <summary>What is pushed when the script has passed.</summary>
    public string Push { get; init; } = "git push -q backup HEAD:refs/heads/out";

    public static readonly IReadOnlyList<Way> All =
    [
        new("`git commit`", "pre-commit", "echo 2 >src/a; git add src/a; git commit -qm x"),
        new("`git commit -a`", "pre-commit", "echo 2 >src/a; git commit -qam x"),
        new("`git commit FILE`", "pre-commit", "echo 2 >src/a; git commit -qm x src/a"),
        new("`git commit --amend`", "pre-commit", "echo 2 >README; git commit -qam x; echo 2 >src/a; git commit -qa --amend --no-edit"),
        new("`git mv` and a commit", "pre-commit", "git mv src/a a; git commit -qm x"),
        new("`git rm` and a commit", "pre-commit", "git rm -q src/a; git commit -qm x"),
        new("`chmod +x` and a commit", "pre-commit", "chmod +x src/b; git commit -qam x"),
        new("a link in place of a folder", "pre-commit", "git mv src elsewhere; ln -s elsewhere src; git add -A; git commit -qm x"),
        new("another index (`GIT_INDEX_FILE`)", "pre-commit", "cp .git/index .git/other; export GIT_INDEX_FILE=$PWD/.git/other; echo 2 >src/a; git add src/a; git commit -qm x"),
        new("`git --git-dir … --work-tree …`", "pre-commit", "mkdir ../wt-$$; git --work-tree=../wt-$$ checkout -qf main; cd ../wt-$$; echo 2 >src/a; git --git-dir=$OLDPWD/.git --work-tree=. commit -qam x"),
        new("`git stash pop` and a commit", "pre-commit", "echo 2 >src/a; git stash -q; git stash pop -q; git commit -qam x"),
        new("`git apply --index` and a commit", "pre-commit", "git update-index -q --refresh; git diff main topic | git apply --index; git commit -qm x"),
        new("a commit in another worktree", "pre-commit", "git worktree add -q ../worktree-$$ -b other; cd ../worktree-$$; echo 2 >src/a; git commit -qam x"),
        new("a submodule's new commit, also with `ignore = all`", "pre-commit", "git -C src/sub checkout -q HEAD~1; git add -f src/sub; git commit -qm x"),
        new("`git commit --no-verify`", "pre-push", "echo 2 >src/a; git commit -qnam x"),
        new("`git merge`, fast-forward", "pre-push", "git merge -q --ff-only topic"),
        new("`git merge` of a branch that no remote has", "pre-push", "git checkout -q readme; git merge -q --no-edit topic"),
        new("`git merge` of two branches at once", "pre-push", "git merge -q --no-edit topic readme"),
        new("`git merge` that joins two changes of one file", "pre-merge-commit", "sed -i 1s/.*/one/ src/long; git commit -qnam x; git merge -q --no-edit long"),
        new("`git merge --no-commit`, a change, and a commit", "pre-commit", "git merge -q --no-commit --no-ff readme; echo 2 >src/a; git add -A; git commit -qm x"),
        new("`git merge` with a conflict in a held file", "pre-commit", "echo mine >src/a; git commit -qnam x; git merge -q theirs || true; echo both >src/a; git add -A; git commit -qm x"),
        new("`git merge --squash` and a commit", "pre-commit", "git merge -q --squash topic; git commit -qm x"),
        new("`git cherry-pick`", "prepare-commit-msg", "git cherry-pick topic"),
        new("`git cherry-pick --edit`", "prepare-commit-msg", "git cherry-pick -e topic"),
        new("`git cherry-pick -n` and a commit", "pre-commit", "git cherry-pick -n topic; git commit -qm x"),
        new("`git cherry-pick --continue`", "pre-commit", "echo mine >src/a; git commit -qnam x; git cherry-pick topic || true; echo both >src/a; git add -A; git cherry-pick --continue"),
        new("`git revert`", "prepare-commit-msg", "git revert --edit HEAD"),
        new("`git revert --no-edit`", "prepare-commit-msg", "git revert --no-edit HEAD"),
        new("`git revert --continue`", "pre-commit", "echo mine >src/a; git commit -qnam x; git revert --no-edit HEAD~1 || true; echo both >src/a; git add -A; git revert --continue"),
        new("`git rebase`", "pre-rebase", "git checkout -q topic; git rebase -q readme"),
        new("`git rebase --apply`", "pre-rebase", "git checkout -q topic; git rebase -q --apply readme"),
        new("`git rebase --root`", "pre-rebase", "git checkout -q topic; git rebase -q --root"),
        new("`git rebase --onto … BRANCH`", "pre-rebase", "git rebase -q --onto readme main topic"),
        new("`git rebase -i`, `exec git commit`", "pre-commit", "git checkout -q readme; git rebase -q --exec 'echo 2 >src/a; git commit -qa --amend --no-edit' main"),
        new("`git rebase -i`, `edit` and `--continue`", "pre-push", "git checkout -q readme; GIT_SEQUENCE_EDITOR='sed -i s/pick/edit/' git rebase -q -i main; echo 2 >src/a; git add -A; git rebase --continue"),
        new("`git pull --rebase`", "pre-rebase", "git checkout -q topic; git pull -q --rebase backup theirs"),
        new("`git pull`, fast-forward, from a place that is no remote", "pre-push", "git pull -q . topic"),
        new("`git am`", "pre-applypatch", "git format-patch -q -1 topic -o ../patch-$$; git am -q ../patch-$$/*"),
        new("`git am --3way`", "pre-applypatch", "git format-patch -q -1 topic -o ../patch3-$$; git am -q --3way ../patch3-$$/*"),
        new("`git commit-tree` and `update-ref`", "pre-push", "git update-ref refs/heads/main $(git commit-tree -p HEAD -m x topic^{tree})"),
        new("`git reset` to another branch", "pre-push", "git reset -q --hard topic"),
        new("`git checkout -B`, `git branch -f`", "pre-push", "git checkout -q -B main topic"),
        new("`git fast-import`", "pre-push", "printf 'commit refs/heads/main\\ncommitter a <a@b> 1 +0000\\ndata 1\\nx\\nfrom refs/heads/main^0\\nM 100644 inline src/a\\ndata 1\\nz\\n' | git fast-import --quiet"),
        new("`git filter-branch`", "pre-push", "export FILTER_BRANCH_SQUELCH_WARNING=1; git filter-branch -f --tree-filter 'echo 2 >src/a' main~1..main >/dev/null 2>&1"),
        new("`git replace` and grafts", "pre-push", "git merge -q --ff-only topic; git replace HEAD readme"),
        new("pushing a tag", "pre-push", "git tag v1 topic") { Push = "git push -q backup v1" },
        new("pushing an annotated tag", "pre-push", "git tag -a -m x v2 topic") { Push = "git push -q backup v2" },
        new("pushing another branch, or all", "pre-push", "true") { Push = "git push -q backup --all" },
        new("pushing to an address without a remote", "pre-push", "true") { Push = "git push -q \"$(git remote get-url backup)\" topic" },
        new("a forced push", "pre-push", "git reset -q --hard topic") { Push = "git push -q --force backup HEAD:refs/heads/theirs" },

        new("`git merge` of what a remote has", null, "git checkout -q readme; git merge -q --no-edit backup/theirs"),
        new("`git pull` of what a remote has", null, "git checkout -q readme; git pull -q --no-rebase --no-edit backup theirs"),
        new("`git pull --rebase` of commits of other files", null, "git checkout -q readme; git pull -q --rebase backup theirs"),
        new("what a remote has, pushed to another", null, "git init -q --bare ../fork-$$; git remote add fork ../fork-$$") { Push = "git push -q fork main backup/theirs:refs/heads/theirs" },
        new("deleting a branch of the remote", null, "true") { Push = "git push -q backup --delete theirs" },
        new("changes of other files", null, "echo 2 >README; git commit -qam x; git commit -q --amend -m y; git cherry-pick readme~0 --allow-empty -X theirs >/dev/null; git revert --no-edit HEAD >/dev/null"),
        new("`git push --no-verify`", null, "git merge -q --ff-only topic") { Push = "git push -q --no-verify backup HEAD:refs/heads/out" },
        new("`git send-pack`", null, "git merge -q --ff-only topic") { Push = "git send-pack --quiet \"$(git remote get-url backup)\" HEAD:refs/heads/out" },
    ];
}
