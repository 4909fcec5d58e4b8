import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { McError, type WorkspaceLayout, workspaceLayout } from '../base/index.js';

/** The workspace that is to be served. @throws McError `workspace.missing` saying where it looked */
export async function findWorkspace(workspace: string): Promise<WorkspaceLayout> {
  const layout = workspaceLayout(workspace);
  const found = await stat(layout.missionControl).catch(() => null);
  if (found?.isDirectory()) return layout;
  throw new McError(
    'workspace.missing',
    `no workspace at ${layout.root}: there is no directory ${layout.missionControl}`,
    {
      hint: `make one with mc init ${layout.root}, or see a made-up fleet with mc serve --demo`,
    },
  );
}

/** Every address that this machine has. */
export function machineAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address));
}
