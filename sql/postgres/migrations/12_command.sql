-- One row is a wish with a scope, and what became of it. An INSERT is the whole interface: who, when and the state are written
-- by the database. A word that nobody obeys is refused at once, aloud; all else is judged by the coordinator.
CREATE TABLE wirekite_command (
  command_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action text NOT NULL,
  scope varchar(330) NOT NULL DEFAULT '*',
  value text,
  reason text,
  expires_at timestamptz,
  author text NOT NULL DEFAULT session_user,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'PENDING',
  result text,
  ended_at timestamptz,
  CONSTRAINT wirekite_command_state CHECK (state IN ('PENDING', 'SEEN', 'DONE', 'REFUSED', 'EXPIRED'))
);
CREATE INDEX wirekite_command_wish ON wirekite_command (scope, command_id)
  WHERE action IN ('PAUSE', 'RUN', 'STOP', 'THROTTLE') AND state <> 'REFUSED';
CREATE INDEX wirekite_command_open ON wirekite_command (command_id) WHERE state IN ('PENDING', 'SEEN');

CREATE FUNCTION wirekite_command_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  NEW.action := upper(btrim(NEW.action, E' \t\r\n'));
  NEW.scope := coalesce(nullif(btrim(NEW.scope, E' \t\r\n'), ''), '*');
  NEW.result := CASE
    WHEN NEW.action IN ('PAUSE', 'RUN', 'STOP', 'RELOAD', 'ADD', 'SKIP', 'RETRY', 'THROTTLE', 'CHECKPOINT', 'CUTOVER') THEN NULL
    WHEN NEW.action = 'RESET' THEN 'nobody would be alive to obey it: set wirekite_action to STOP, then call the routine reset'
    WHEN NEW.action IN ('VALIDATE', 'REPAIR') THEN format('this version does not obey %s yet', NEW.action)
    ELSE format('this version has no command %s: it obeys PAUSE, RUN, STOP, RELOAD, ADD, SKIP, RETRY, THROTTLE, CHECKPOINT and CUTOVER',
      quote_literal(NEW.action)) END;
  IF NEW.result IS NOT NULL THEN
    NEW.state := 'REFUSED';
    NEW.ended_at := clock_timestamp();
    RAISE WARNING 'command % is refused: %', NEW.command_id, NEW.result;
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION wirekite_command_before() FROM PUBLIC;
CREATE TRIGGER wirekite_command_before BEFORE INSERT ON wirekite_command
  FOR EACH ROW EXECUTE PROCEDURE wirekite_command_before();
CREATE TRIGGER wirekite_command_told AFTER INSERT ON wirekite_command
  FOR EACH ROW EXECUTE PROCEDURE wirekite_wake();

-- One row is what one worker answers to one command.
CREATE TABLE wirekite_ack (
  command_id bigint NOT NULL REFERENCES wirekite_command ON DELETE CASCADE,
  worker text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  in_effect_at timestamptz,
  at_mark text,
  at_position text,
  answer text,
  PRIMARY KEY (command_id, worker)
);
