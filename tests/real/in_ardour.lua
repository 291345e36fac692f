-- Runs in Ardour's shell without sound or window. Arguments: a folder, "make" or the count of sources to ask for.
-- "make" leaves an empty session there; otherwise each source is told as "source ID PLACE LENGTH", in samples.
AudioEngine:set_backend("None (Dummy)", "", "")
if arg[2] == "make" then
  assert(create_session(arg[1], "stems", 48000)):save_state("", false, false, false, false, false)
else
  local session = assert(load_session(arg[1], "stems"))
  for id = 1000001, 1000000 + arg[2] do
    local source = session:source_by_id(PBD.ID(tostring(id)))
    assert(not source:isnil(), id)
    print(string.format("source %d %d %d", id, source:natural_position():samples(), source:length():samples()))
  end
end
close_session()
quit()
