/** Where things lie in a workspace, relative to it, with `/`. `workspaceLayout` has the same as absolute paths. */
export const LAYOUT = {
  missionControl: 'mission-control',
  agents: 'mission-control/agents',
  office: 'mission-control/current_office_state.json',
} as const;

/** A file of an agent, or its directory when no file is named, relative to the workspace. */
export function agentPath(id: string, file?: string): string {
  return file === undefined ? `${LAYOUT.agents}/${id}` : `${LAYOUT.agents}/${id}/${file}`;
}
