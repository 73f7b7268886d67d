export interface Engine {
  readonly url: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export function startEngine(flags?: readonly string[]): Promise<Engine>;
