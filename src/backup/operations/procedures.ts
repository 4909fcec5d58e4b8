import type { WorkspaceLayout } from '../../base/index.js';
import { type Backup, type BackupProcedures, newestBackup } from '../../protocol/index.js';

/** The recovery runbook with this installation's own paths, and the id of its newest sound backup (`newestBackup`). */
export function backupProcedures(layout: WorkspaceLayout, backups: Backup[], now: number): BackupProcedures {
  const full = newestBackup(backups, { type: 'full', sound: true }, now);
  const agent = newestBackup(backups, { type: 'agent_state', sound: true }, now);
  const id = full?.id ?? 'ID';
  const agentName = agent?.agent ?? 'AGENT';
  const command = (words: string) => `${words} -w ${quoted(layout.root)}`;
  const find = [
    `See what there is: ${command('mc backup list')}`,
    `Make sure that it is sound: ${command(`mc backup verify ${id} --deep`)}`,
  ];
  return {
    full_system_restore: {
      description: `Bring ${layout.root} back to a full backup`,
      steps: [
        ...find,
        `See what would change: ${command(`mc backup restore ${id} --dry-run`)}`,
        `Restore; what is replaced is saved in a backup first: ${command(`mc backup restore ${id}`)}`,
        'The metrics database is left alone; for that too, add --with-database',
        `If mc itself is not at hand, any tar opens an archive: tar xzf ${quoted(full?.path ?? `${layout.backups}/backup_${id}.tar.gz`)} -C ${quoted(layout.root)}`,
      ],
      risks: [
        'What was written since the backup is replaced; it stays in the safety backup that the restore makes first.',
        'Agents that are at work see their files change; stop them for a quiet restore.',
      ],
      estimated_time: 'a minute for 20,000 files',
    },
    agent_state_restore: {
      description: 'Bring one agent back, leaving the others alone',
      steps: [
        ...find,
        `Restore the agent out of a full backup: ${command(`mc backup restore ${id} --agent ${agentName}`)}`,
        `Or out of a backup of the agent alone: ${command(`mc backup restore ${agent?.id ?? `${agentName}_ID`}`)}`,
        `Or only its state, out of a snapshot: ${command(`mc backup restore snapshot_ID --agent ${agentName}`)}`,
      ],
      risks: ['The agent’s own work since then is replaced; it stays in the safety backup.'],
      estimated_time: 'a few seconds',
    },
    selective_file_restore: {
      description: 'Bring back chosen files',
      steps: [
        ...find,
        `Look at them elsewhere first: ${command(`mc backup restore ${id} --path "mission-control/*.md" --to /tmp/look`)}`,
        `Restore them in place: ${command(`mc backup restore ${id} --path "mission-control/TASK_QUEUE.md"`)}`,
      ],
      risks: ['Quote globs, or the shell replaces them with names of the current directory.'],
      estimated_time: 'a few seconds',
    },
  };
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
