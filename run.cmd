@echo off
rem Makes the three stems of the bundled example into out\.
setlocal
cd /d "%~dp0"
call installers\environment.cmd || exit /b 1
if not exist out mkdir out
.venv\Scripts\foleyline stems examples\bunny.otio --all ^
  --prompt "a quiet meadow, light wind in the leaves, bare feet run over the grass, no birds" ^
  --preview out\bunny.preview.mp4 --picture out\bunny.picture.png --score out\bunny.score.json ^
  -o out\bunny.foley.otio %*
