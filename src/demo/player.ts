import { pick, type Role } from './cast.js';

/** One agent of the demo as it is now. Its files are written from this. */
export interface Player extends Role {
  mood: 'idle' | 'working' | 'waiting' | 'error' | 'blocked';
  task: { id: number; title: string } | null;
  /** What it waits for a person to say; null: it does not. */
  question: string | null;
  done: number;
  failed: number;
  /** Seconds. */
  work: number;
  messages: number;
  zone: string;
}

/** A player before its first step, with a past. */
export function newPlayer(role: Role, random: () => number): Player {
  const done = Math.floor(random() * 30);
  return {
    ...role,
    mood: 'idle',
    task: null,
    question: null,
    done,
    failed: Math.floor(random() * 3),
    work: done * (400 + Math.floor(random() * 900)),
    messages: done * 4,
    zone: role.desk,
  };
}

/** The file in which this agent keeps its state, or null when it has none. */
export function stateFile(player: Player): 'state.json' | 'agent.json' | null {
  if (player.temper === 'new') return null;
  return player.form === 'card' ? 'agent.json' : 'state.json';
}

/** What the agent would write of itself. Merged over what the file says already, so that others' fields stay. */
export function stateOf(player: Player, now: number): Record<string, unknown> {
  if (player.form === 'card') return cardOf(player, now);
  return player.form === 'rich' ? richOf(player, now) : flatOf(player);
}

/** Files that introduce the agent and never change, by name. */
export function introductionOf(player: Player): Record<string, string> {
  const files: Record<string, string> = {
    'SOUL.md': `# ${player.name}\n\n- **Name:** ${player.name}\n- **Role:** ${player.role}\n- **Reports to:** Atlas\n`,
  };
  if (player.form !== 'card') {
    files['IDENTITY.md'] = `# IDENTITY.md\n\n- **Name:** ${player.name}\n- **Emoji:** ${player.emoji}\n`;
  }
  return files;
}

/** A line for the agent's memory file about a task it has finished. */
export function memoryLine(player: Player, random: () => number): string {
  const title = player.task?.title ?? 'the day';
  const lesson = pick(
    ['went as planned', 'took longer than thought', 'needs a second look', 'was easier by halves'],
    random,
  );
  return `- ${title}: ${lesson}.\n`;
}

function flatOf(player: Player): Record<string, unknown> {
  return {
    status: wordOf(player),
    waiting_for: player.question,
    current_tasks: player.task ? [player.task.title] : [],
    tasks_completed: player.done,
    tasks_failed: player.failed,
    total_work_time: player.work,
    messages_sent: player.messages,
    messages_received: Math.floor(player.messages * 0.9),
  };
}

function richOf(player: Player, now: number): Record<string, unknown> {
  return {
    agent: player.id,
    codename: player.name,
    status: player.mood === 'working' ? 'operational' : wordOf(player),
    waiting_for: player.question,
    lastActive: new Date(now).toISOString().replace('Z', '+00:00'),
    current_task: player.task ? { description: player.task.title, assigned_by: 'atlas', priority: 'P1' } : null,
    stats: { tasksCompleted: player.done, tasksFailed: player.failed, tasksActive: player.task ? 1 : 0 },
  };
}

function cardOf(player: Player, now: number): Record<string, unknown> {
  return {
    id: player.id,
    name: player.id,
    displayName: player.name,
    emoji: player.emoji,
    type: 'worker',
    role: player.role,
    status: wordOf(player),
    metrics: {
      tasks_completed: player.done,
      tasks_failed: player.failed,
      last_active: new Date(now).toISOString(),
    },
    config: { heartbeat_interval: 300 },
  };
}

function wordOf(player: Player): string {
  if (player.temper === 'off') return 'offline';
  if (player.temper === 'silent') return 'busy';
  if (player.mood === 'working') return player.task && player.task.id % 3 === 0 ? 'busy' : 'active';
  return player.mood;
}
