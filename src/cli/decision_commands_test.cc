// Facts about the commands over models, and about the reference of built-ins.
#include "decision_commands.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/csv.h"
#include "base/json.h"
#include "builtins_reference.h"
#include "text_table.h"

namespace citybrain::cli {
namespace {

const std::string source = CB_SOURCE_DIR;

struct Ran {
  Result<void> result;
  std::string out;
};

Ran run(const Command& command, const std::vector<std::string>& words) {
  ::testing::internal::CaptureStdout();
  Result<void> result = command.run(words);
  return {std::move(result), ::testing::internal::GetCapturedStdout()};
}

// A folder of its own for one test's files.
struct Folder {
  Folder()
      : path(std::filesystem::temp_directory_path() / ("cb_decide_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
  std::filesystem::path path;
};

TEST(BuiltinsReference, IsCurrent) {
  const auto file = read_file(source + "/docs/reference/feel-builtins.md");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file, builtins_reference())
      << "run: citybrain builtins > docs/reference/feel-builtins.md";
}

TEST(Decide, SaysTheDecisionsAndWhy) {
  const Folder folder;
  const std::string input =
      folder.file("in.json",
                  R"({"所在区划": "330203", "适用区划": "330200", "经营状态": "存续", "失信": false,
          "基准月参保人数": 100, "上年同月参保人数": 120, "每人奖励标准": 500, "企业上限": 300000})");
  const std::string model = source + "/decisions/zhaogong.dmn";
  const Ran plain = run(decide_command(), {model, "--input", input});
  ASSERT_TRUE(plain.result) << plain.result.error().message;
  EXPECT_NE(plain.out.find("增员人数       -20"), std::string::npos) << plain.out;
  const Ran why = run(decide_command(), {model, "--input", input, "--explain"});
  EXPECT_NE(why.out.find("✗ 增员人数 大于 0：不满足（现为 -20）"), std::string::npos) << why.out;
  EXPECT_NE(why.out.find("增员人数 须大于 0，现为 -20"), std::string::npos) << why.out;
  const Ran as_json = run(decide_command(), {model, "--input", input, "--json"});
  EXPECT_EQ(json::parse(as_json.out).at("金额").at("value"), json::value(0)) << as_json.out;
}

TEST(Decide, RefusalsNameTheValueAndTheRemedy) {
  const Folder folder;
  const std::string model = source + "/decisions/zhaogong.dmn";
  const auto refusal = [&](const std::vector<std::string>& words) {
    const Ran ran = run(decide_command(), words);
    return ran.result ? std::string("accepted") : ran.result.error().message;
  };
  EXPECT_NE(refusal({model}).find("--input is missing"), std::string::npos);
  EXPECT_NE(refusal({"zhaogon", "--input", "-"}).find("did you mean 'zhaogong'"),
            std::string::npos);
  const std::string wrong = folder.file("wrong.json", R"({"基准月参保人": 3})");
  EXPECT_NE(refusal({model, "--input", wrong}).find("did you mean '基准月参保人数'"),
            std::string::npos);
  const std::string text = folder.file("text.json", R"({"基准月参保人数": "三"})");
  EXPECT_NE(refusal({model, "--input", text}).find("三"), std::string::npos);
  const std::string broken = folder.file("broken.json", "{");
  EXPECT_NE(refusal({model, "--input", broken}).find("broken.json"), std::string::npos);
}

std::string model_with(const std::string& cell) {
  return "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"m\""
         " name=\"m\" namespace=\"https://citybrain.example/m\">\n"
         "<inputData id=\"i\" name=\"人数\"><variable name=\"人数\" "
         "typeRef=\"number\"/></inputData>\n"
         "<decision id=\"d\" name=\"档\"><variable name=\"档\"/><informationRequirement>"
         "<requiredInput href=\"#i\"/></informationRequirement>\n"
         "<decisionTable><input><inputExpression typeRef=\"number\"><text>人数</text>"
         "</inputExpression></input><output/>\n"
         "<rule><inputEntry><text>&lt; 10</text></inputEntry><outputEntry><text>1</text>"
         "</outputEntry></rule>\n<rule><inputEntry><text>" +
         cell +
         "</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>\n"
         "</decisionTable></decision></definitions>\n";
}

TEST(Check, ShowsThePlaceAndTheGap) {
  const Folder folder;
  const Ran gap = run(check_command(), {folder.file("gap.dmn", model_with("&gt; 10"))});
  EXPECT_TRUE(gap.result);  // a warning
  EXPECT_NE(gap.out.find("warning [table_gap]"), std::string::npos) << gap.out;
  EXPECT_NE(gap.out.find("没有规则管到：人数 为 10"), std::string::npos) << gap.out;
  const std::string gap_file = (folder.path / "gap.dmn").string();
  EXPECT_FALSE(run(check_command(), {gap_file, "--strict"}).result);
  EXPECT_TRUE(run(check_command(), {gap_file, "--strict", "--no-tables"}).result);

  const Ran twice = run(check_command(), {folder.file("twice.dmn", model_with("&gt; 5"))});
  ASSERT_FALSE(twice.result);
  EXPECT_EQ(twice.result.error().code, Code::invalid);
  EXPECT_NE(twice.out.find("error [table_overlap]"), std::string::npos) << twice.out;

  const Ran name = run(check_command(), {folder.file("name.dmn", model_with("&gt; 人头"))});
  ASSERT_FALSE(name.result);
  // The caret stands under the name, two columns a character.
  EXPECT_NE(name.out.find("name.dmn:6:30: error [unknown_name]"), std::string::npos) << name.out;
  EXPECT_NE(name.out.find("\n    " + std::string(29, ' ') + "^^^^\n"), std::string::npos)
      << name.out;
  const Ran as_json = run(check_command(), {gap_file, "--json"});
  EXPECT_EQ(json::parse(as_json.out).at(0).at("findings").at(0).at("code"),
            json::value("table_gap"));
}

TEST(Check, RefusesWhatIsNotThere) {
  const Ran none = run(check_command(), {"no/such"});
  ASSERT_FALSE(none.result);
  EXPECT_EQ(none.result.error().code, Code::not_found);
  EXPECT_FALSE(run(check_command(), {}).result);
  EXPECT_FALSE(run(simulate_command(), {"zhaogong", "--by", "colour"}).result);
}

TEST(TextTable, LinesUpWithChinese) {
  EXPECT_EQ(width_of("宁波ab"), 6U);
  EXPECT_EQ(fit("宁波市海曙区", 7), "宁波市…");
  EXPECT_EQ(fit("宁波市海曙区", 8), "宁波市… ");
  TextTable table({"名称", "金额"});
  table.add({"海曙", "1,000.00"});
  table.add({"a", "5.00"});
  EXPECT_EQ(table.text(), "名称      金额\n────  ────────\n海曙  1,000.00\na         5.00\n");
  EXPECT_EQ(yuan_text(123456789), "1,234,567.89");
  EXPECT_EQ(yuan_text(-5), "-0.05");
  EXPECT_EQ(yuan_text(-100'005), "-1,000.05");
}

}  // namespace
}  // namespace citybrain::cli
